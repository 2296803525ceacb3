-- Those named on a case, each in the role in which they were.
create or replace view named as
select n.case_ref, n.person, n.role from named_on_case n
union all
select r.case_ref, r.owner, 'caseworker' from review r where r.owner is not null
union all
select w.case_ref, w.assigned_to, 'lead_professional' from welfare_check w
union all
select o.case_ref, o.person, p.role from officer o join part_role p using (part);
