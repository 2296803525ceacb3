create or replace function note_undelivered() returns trigger language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    insert into undelivered (command_id) values (new.id);
    return null;
end $$;
