-- The version of the holidays that is in force.
create or replace function calendar_in_force() returns text language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return (select a.version from calendar_application a order by a.no desc limit 1);
end $$;
