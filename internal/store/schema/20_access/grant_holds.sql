-- Whether a grant holds at an instant: the one place that says so. Days are UTC
-- days whatever the session's time zone, which a login could set.
create or replace function grant_holds(g staff, at timestamptz) returns boolean language plpgsql stable as $$
begin
    return (at at time zone 'UTC')::date >= g.valid_from
       and (g.valid_to is null or (at at time zone 'UTC')::date <= g.valid_to)
       and (g.revoked_at is null or at < g.revoked_at);
end $$;
