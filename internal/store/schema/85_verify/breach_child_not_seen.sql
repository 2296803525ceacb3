-- Every child is seen: decided with a signed check, or granted with a waiver (process.md, Children).
create or replace view breach_child_not_seen as
select 'every child is seen' as rule, o.case_ref,
       'person ' || p.no || ' was decided with neither a signed check nor a waiver' as detail
from decision_outcome o join person p on p.case_ref = o.case_ref and p.no = o.person_no
where p.child_when_listed
  and not exists (select from welfare_check w
                  where w.case_ref = p.case_ref and w.person_no = p.no and w.signed_on is not null)
  and not exists (select from welfare_waiver v
                  where v.case_ref = p.case_ref and v.person_no = p.no and o.outcome like 'GRANT%');
