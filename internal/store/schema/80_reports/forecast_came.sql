-- What became, by a later instant, of the families that a lane's forecast was about: forecast.Came. They are those that were
-- then neither decided, nor closed, nor archived, and that are not held back now: which were held back then is not on
-- record. Whose families count is forecast_cases' to say.
create or replace function forecast_came(in_lane text, as_of timestamptz, in_until timestamptz, in_restricted boolean)
    returns jsonb language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return (
    with later as materialized (select * from forecast_cases(in_lane, in_until, in_restricted)),
    about as (
        select l.* from forecast_cases(in_lane, as_of, in_restricted) c join later l on l.case_ref = c.case_ref
        where c.signed_at is null and c.closed_at is null and c.archived_at is null
          and not (l.drawn_at is null and exists (select from held_as_double h where h.case_ref = c.case_ref)))
    select jsonb_build_object('until', london_day(in_until),
        'open', count(*) filter (where coalesce(a.signed_at, a.closed_at, a.archived_at) is null),
        'cleared', case when bool_and(coalesce(a.signed_at, a.closed_at, a.archived_at) is not null)
            then max(london_day(coalesce(a.signed_at, a.closed_at))) end,
        'archived', count(*) filter (where a.archived_at is not null),
        'decided_in_half_a_year', count(*) filter (where london_day(a.signed_at) <= london_day(as_of) + 182))
    from about a);
end $$;
