create or replace function strike_undelivered() returns trigger language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    delete from undelivered u where u.command_id = new.command_id;
    return null;
end $$;
