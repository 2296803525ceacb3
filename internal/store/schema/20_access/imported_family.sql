-- The families that imports brought. The file of people who parted from one is no family more: figures count families,
-- and each such file counts under the one that was imported.
create or replace view imported_family as
select f.* from family f where not exists (select from split s where s.own_ref = f.case_ref);
