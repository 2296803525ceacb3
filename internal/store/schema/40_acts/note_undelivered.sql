-- Puts each new act on the list of those that the worker has to deliver.
create or replace function note_undelivered() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    insert into undelivered (command_id, subject, chain_n, kind, login, recorded_at)
    values (new.id, chain_subject(new), new.chain_n, new.kind, new.login, new.recorded_at);
    return null;
end $$;
