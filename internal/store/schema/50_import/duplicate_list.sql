-- Pairs of files that may be one family, and files that are held because they are.
create or replace view duplicate_list with (security_barrier) as
select d.a, d.b, string_agg(distinct d.why, ', ') as why, min(d.due_on) as due_on, '' as held,
       min(d.due_on) < business_today() as escalated
from duplicate_candidate d
where d.resolved_on is null and sight_of(d.a) in ('file', 'no_text') and sight_of(d.b) in ('file', 'no_text')
  and (select has_role('caseworker', 'senior_caseworker', 'decision_maker', 'second_officer', 'operations', 'auditor'))
group by d.a, d.b
union all
select h.same_as, h.case_ref, 'the same family', h.review_on, h.case_ref, h.review_on < business_today()
from hold h
where h.ground = 'duplicate' and h.ended_on is null and sight_of(h.case_ref) in ('file', 'no_text')
    and sight_of(h.same_as) in ('file', 'no_text')
  and (select has_role('caseworker', 'senior_caseworker', 'decision_maker', 'second_officer', 'operations', 'auditor'));
