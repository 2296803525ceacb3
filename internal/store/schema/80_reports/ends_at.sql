-- The ends of people's parts in cases that stood at an instant. An end that was struck stood until then, one that a
-- reopening or a parting of files lifted stood until that.
create or replace function ends_at(as_of timestamptz) returns table (case_ref text, person_no int, outcome text)
language sql stable as $$
    select e.case_ref, e.person_no, e.outcome
    from person_end e join act_done d on d.id = e.command_id left join act_done l on l.id = e.lifted_by
    where d.took_effect <= as_of and (e.lifted_by is null or l.took_effect > as_of)
    union all
    select a.key->>'case_ref', (a.key->>'person_no')::int, a.became->>'outcome'
    from act_change a join act_done d on d.id = a.command_id
    where a.of_table = 'person_end' and a.was is null and a.taken_back is not null
      and d.since <= as_of and d.until > as_of
$$;
