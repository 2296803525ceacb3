-- How many calendar days each family had spent in each stage that it had finished by an instant; a stage that was
-- entered again counts whole, and not while it is open.
create or replace function stage_times_at(as_of timestamptz) returns table (case_ref text, stage text, days int)
language sql stable as $$
    select e.case_ref, e.stage, sum(london_day(e.closed_at) - london_day(e.opened_at))::int
    from stage_entry e
    where e.stage <> 'closed' and e.opened_at <= as_of and (e.void_at is null or e.void_at > as_of)
    group by e.case_ref, e.stage having bool_and(coalesce(e.closed_at <= as_of, false))
$$;
