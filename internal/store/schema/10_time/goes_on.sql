-- Keeps when a synthetic programme was put at its instant: its now goes on from there.
create or replace function goes_on() returns trigger language plpgsql set search_path = hame, pg_temp as $$
begin
    new.business_now_since := clock_timestamp();
    return new;
end $$;
