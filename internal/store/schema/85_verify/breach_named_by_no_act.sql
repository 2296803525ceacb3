-- Everybody who is named on a case, and so sees it, is named by an accepted act or has done one.
create or replace view breach_named_by_no_act as
select 'sight follows from acts' as rule, n.case_ref, n.person || ' is named on the case by no act' as detail
from named_on_case n
where not exists (
    select from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
    where c.id = n.command_id and c.case_ref = n.case_ref and c.kind = 'case.assign' and c.fields->>'to' = n.person
        and not is_struck(c.id))
union all
select 'sight follows from acts', o.case_ref, o.person || ' has a part in the case without an act'
from officer o
where not exists (
    select from command c join command_outcome a on a.command_id = c.id and a.outcome = 'accepted'
    where c.case_ref = o.case_ref
      and (c.person = o.person or c.kind = 'representation.sign' and c.fields->>'signatory' = o.person))
union all
select 'sight follows from acts', r.case_ref, r.owner || ' owns the case by no act'
from review r
where r.owner is not null
  and not exists (
    select from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
    where c.case_ref = r.case_ref and c.kind = 'case.assign' and c.fields->>'to' = r.owner
        and c.fields->>'role' is null and not is_struck(c.id))
union all
select 'sight follows from acts', w.case_ref, w.assigned_to || ' is assigned to person ' || w.person_no || ' by no act'
from welfare_check w
where not (w.assigned_to = '' and exists (
        select from merge_in_force m join merge_fact f on f.other_ref = m.other_ref and f.merge_no = m.no
        where m.into_ref = w.case_ref and f.kind = 'welfare' and f.of_person = w.person_no and f.into_no = w.no))
  and not exists (
    select from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
    where c.case_ref = w.case_ref and c.kind = 'welfare.assign' and c.subject_no = w.person_no
        and c.fields->>'to' = w.assigned_to and not is_struck(c.id));
