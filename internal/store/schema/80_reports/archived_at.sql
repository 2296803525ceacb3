-- The families that were archived at an instant: also where the archiving was struck since, and not while a finding of
-- the family stood that was struck since.
create or replace function archived_at(as_of timestamptz) returns table (case_ref text) language sql stable as $$
    with archived as (
        select a.case_ref, a.no, a.archived_at, a.until from archive a
        union all
        select a.key->>'case_ref', (a.key->>'no')::int, d.since, d.until
        from act_change a join act_done d on d.id = a.command_id
        where a.of_table = 'archive' and a.was is null and a.taken_back is not null)
    select distinct x.case_ref from archived x
    where x.archived_at <= as_of and (x.until is null or x.until > as_of)
      and not exists (select from act_change a join act_done d on d.id = a.command_id
          where a.of_table = 'archive' and a.taken_back is not null and a.became->>'until' is not null
            and a.was is not null
            and a.key = jsonb_build_object('case_ref', x.case_ref, 'no', x.no)
            and d.since <= as_of and d.until > as_of)
$$;
