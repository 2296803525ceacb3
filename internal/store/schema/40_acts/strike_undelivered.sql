-- A command that a worker is busy with is struck by that worker, when what follows from the act is on record too.
create or replace function strike_undelivered() returns trigger language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    delete from undelivered u where u.command_id = new.command_id and u.claimed_until <= clock_timestamp();
    return null;
end $$;
