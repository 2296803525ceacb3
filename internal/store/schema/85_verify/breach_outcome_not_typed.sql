-- Every outcome equals the one that the accepted act of proposing names, and every summary of a decision its outcomes.
create or replace view breach_outcome_not_typed as
select 'people decide' as rule, o.case_ref, 'the outcome of person ' || o.person_no
    || ' is not the one that was proposed' as detail
from decision_outcome o
join decision d on d.case_ref = o.case_ref and d.no = o.decision_no
join proposal p on p.case_ref = d.case_ref and p.no = d.proposal_no
join command c on c.id = p.command_id
where not coalesce(c.fields->'outcomes' @> jsonb_build_array(jsonb_build_object('person', o.person_no,
    'outcome', o.outcome)), false)
union all
select 'people decide', d.case_ref, 'the summary of decision ' || d.no || ' is not that of its outcomes'
from decision d
join lateral (
    select bool_and(o.outcome like 'GRANT%') as granted, bool_or(o.outcome like 'GRANT%') as any_granted, count(*) as n
    from decision_outcome o where o.case_ref = d.case_ref and o.decision_no = d.no) x on x.n > 0
where d.rollup <> case when x.granted then 'ALL_GRANTED' when x.any_granted then 'MIXED' else 'ALL_REFUSED' end
union all
select 'people decide', r.case_ref, 'what the review says of its outcome was not decided'
from review r left join decision_in_force d using (case_ref)
where r.rollup is distinct from d.rollup or r.signed_on is distinct from d.signed_on;
