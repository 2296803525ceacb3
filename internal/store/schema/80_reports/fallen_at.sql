-- Whom a signed decision did not decide any more at an instant: an appeal was allowed, or a court or further
-- submissions let it fall. What fell while the case was closed was written when the case was reopened.
create or replace function fallen_at(as_of timestamptz) returns table (case_ref text, decision_no int, person_no int)
language sql stable as $$
    select a.key->>'case_ref', (a.key->>'decision_no')::int, (a.key->>'person_no')::int
    from act_change a join act_done d on d.id = a.command_id
    where a.of_table = 'decision_outcome' and a.became->>'fell_on' is not null
      and d.since <= as_of and (d.until is null or d.until > as_of)
    union
    select o.case_ref, o.decision_no, o.person_no
    from decision_outcome o join reopening r on r.case_ref = o.case_ref and london_day(r.reopened_at) = o.fell_on
    where r.reopened_at <= as_of and not exists (select from act_change a where a.of_table = 'decision_outcome'
        and a.key = jsonb_build_object('case_ref', o.case_ref, 'decision_no', o.decision_no, 'person_no', o.person_no)
        and a.became->>'fell_on' is not null)
$$;
