-- The latest instant at which something may happen now: five minutes after the programme's now, for clocks differ. Null
-- in a synthetic database, whose reviews run ahead of it.
create or replace function latest_instant() returns timestamptz language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return (select case when p.synthetic then null else business_now() + interval '5 minutes' end from programme p);
end $$;
