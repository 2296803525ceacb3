-- A text belongs to an act of the same login, which names its digest.
create or replace function check_text() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    if not exists (select from command c where c.id = new.command_id and c.login = session_user
                   and c.text_digest = sha256(new.salt || convert_to(new.body, 'UTF8'))) then
        raise exception 'the text does not belong to this command' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
