-- An act that a function does whole is never typed as a row of its own: it
-- would stand without its effect. Not a definer's: it must see who inserts.
create or replace function by_its_function() returns trigger language plpgsql set search_path = hame, pg_temp as $$
begin
    if current_user <> (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
        raise exception '% may not do % by a row of its own', session_user,
            new.kind using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
