-- The merges that stand: the two files were not parted again.
create or replace view merge_in_force as
select m.* from file_merge m
where not exists (select from file_unmerge u where u.other_ref = m.other_ref and u.no = m.no);
