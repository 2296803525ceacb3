-- What arrives for a closed case gets its task with the calendar in force.
create or replace function stamp_calendar() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    new.calendar_version := coalesce(new.calendar_version, calendar_in_force());
    return new;
end $$;
