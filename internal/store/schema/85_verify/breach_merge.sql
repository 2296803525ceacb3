-- Two files become one, and two again, by two officers. Nobody stands in two open files by a merge, or by its undoing;
-- nothing is awaited on a merged file.
create or replace view breach_merge as
select 'four eyes' as rule, m.other_ref as case_ref, w as detail from file_merge m, merge_without_acts(m) w
union all
select 'four eyes', u.other_ref, w from file_unmerge u, merge_without_acts(u) w
union all
select 'nothing happens twice', m.other_ref, 'person ' || p.other_no || ' is of this file still, which was merged'
from merge_in_force m join merge_person p on p.other_ref = m.other_ref and p.merge_no = m.no
    join present x on x.case_ref = p.other_ref and x.no = p.other_no
union all
select 'nothing happens twice', m.into_ref, 'person ' || p.into_no || ' came with a file that is parted from this one'
from file_merge m join file_unmerge u using (other_ref, no)
    join merge_person p on p.other_ref = m.other_ref and p.merge_no = m.no and p.joined
    join present x on x.case_ref = p.into_ref and x.no = p.into_no
union all
select 'nobody is lost', m.other_ref, 'person ' || p.other_no || ' of this merged file is of no file'
from merge_in_force m join merge_person p on p.other_ref = m.other_ref and p.merge_no = m.no
where not exists (select from person x where x.case_ref = p.into_ref and x.no = p.into_no)
union all
select 'an owner and a next date', m.other_ref, 'merged, and ' || t.kind || ' is awaited still'
from merge_in_force m join task t on t.case_ref = m.other_ref and t.closed_at is null and t.opened_at < m.merged_at;
