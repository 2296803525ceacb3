-- Every outcome is one of a decision, for a person of the family.
create or replace view breach_outcome_without_decision as
select 'people decide' as rule, o.case_ref,
       'person ' || o.person_no || ' has an outcome, and there is no such decision' as detail
from decision_outcome o
where not exists (select from decision d where d.case_ref = o.case_ref and d.no = o.decision_no)
union all
select 'people decide', o.case_ref, 'an outcome for person ' || o.person_no || ', who is not of the family'
from decision_outcome o
where not exists (select from person p where p.case_ref = o.case_ref and p.no = o.person_no);
