-- While anything stands at the court about a person, or the family, a hold stands.
create or replace view breach_at_court as
select 'a court is obeyed' as rule, p.case_ref,
    format('what stands at the court since %s holds nothing', p.lodged_on) as detail
from proceeding p
where p.ended_on is null and exists (select from review r where r.case_ref = p.case_ref)
  and not exists (select from hold h where h.case_ref = p.case_ref and h.person_no = p.person_no
    and h.ground = 'court' and h.ended_on is null)
union all
select 'a court is obeyed', o.case_ref,
    format('person %s was served with a refusal that a court had quashed', o.person_no)
from proceeding p join decision_outcome o on o.case_ref = p.case_ref and o.decision_no = p.fell
where p.person_no in (0, o.person_no) and o.outcome not like 'GRANT%' and o.served_on > p.ended_on;
