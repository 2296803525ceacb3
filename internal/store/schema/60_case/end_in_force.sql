-- The ends of people's parts in cases that stand: no reopening has brought the person back.
create or replace view end_in_force as
select e.* from person_end e where e.lifted_on is null;
