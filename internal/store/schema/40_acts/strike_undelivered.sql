-- An outcome takes its act off the list. Exception: while a worker has claimed the act, that worker takes it off, after
-- everything that follows from the act is on record.
create or replace function strike_undelivered() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    delete from undelivered u where u.command_id = new.command_id and u.claimed_until <= clock_timestamp();
    return null;
end $$;
