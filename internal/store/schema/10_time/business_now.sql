-- The programme's now: the wall clock's, or in a synthetic database the instant at which its rehearsal stands, going
-- on.
create or replace function business_now() returns timestamptz language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return (
    select case when synthetic and business_now is not null then business_now + (clock_timestamp() - business_now_since)
                else clock_timestamp() end from programme
    );
end $$;
