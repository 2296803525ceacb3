-- Every refusal is signed by two people (C11).
create or replace view breach_refusal_by_one as
select 'people decide' as rule, d.case_ref, 'a refusal without a second officer' as detail
from decision d
where (d.second is null or d.second = d.author)
  and (d.rollup <> 'ALL_GRANTED'
       or exists (select from decision_outcome o
                  where o.case_ref = d.case_ref and o.decision_no = d.no and o.outcome not like 'GRANT%'));
