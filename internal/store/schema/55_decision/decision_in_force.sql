-- The decision of each case that stands: the last one.
create or replace view decision_in_force as
select distinct on (d.case_ref) d.* from decision d order by d.case_ref, d.no desc;
