-- A text is blanked with its salt, by which a short text could be guessed, and nothing else is done to it. It takes the
-- accepted acts of two persons who asked for this erasure.
create or replace function only_blanked() returns trigger language plpgsql set search_path = hame, pg_temp as $$
begin
    if tg_op = 'DELETE' or new.body is not null or new.command_id <> old.command_id or new.salt <> '' then
        raise exception 'a text is insert-only, but for its erasure' using errcode = 'insufficient_privilege';
    end if;
    if not exists (select from erased_by_two e where e.target = old.command_id) then
        raise exception 'a text is insert-only, but for its erasure by two persons'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
