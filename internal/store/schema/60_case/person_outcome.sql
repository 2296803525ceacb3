-- What has become of each person: the outcome of the decision in force, else the administrative end; and what has become
-- of those who were decided. Nobody who is undecided is here.
create or replace view person_outcome as
select p.case_ref, p.no as person_no, coalesce(o.outcome, e.outcome) as outcome,
       case when o.outcome is not null then e.outcome end as since, e.ended_on
from person p
left join outcome_in_force o on o.case_ref = p.case_ref and o.person_no = p.no
left join end_in_force e on e.case_ref = p.case_ref and e.person_no = p.no
where o.outcome is not null or e.outcome is not null;
