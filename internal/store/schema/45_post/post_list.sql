-- Items that wait to be linked or read, and what became of the others.
-- Each role sees by its own rule: who is named on a restricted case as operations
-- reads no post of it by also being a caseworker.
create or replace view post_list with (security_barrier) as
select i.no, i.from_kind, i.received_on, i.wait_until, i.case_ref, i.linked_on, i.read_on, i.dismissed_on,
    i.dismissed_why,
       i.said_name, i.said_representative, i.said_reference,
       i.dismissed_on is null and i.read_on is null and i.wait_until < business_today() as escalated,
       (select coalesce(jsonb_agg(jsonb_build_object('case', b.case_ref, 'why', b.why) order by b.case_ref), '[]')
        from (select s.case_ref, s.why, rank() over (order by best_suggestion(s.why)) as place
              from post_suggestion s where s.item = i.no and sight_of(s.case_ref) = 'file') b
        where b.place = 1) as suggestions
from post_item i
where (select has_role('caseworker', 'senior_caseworker', 'decision_maker', 'second_officer', 'auditor'))
  and (i.case_ref is null or sight_of(i.case_ref) = 'file');
