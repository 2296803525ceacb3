-- An act of the mailroom or on the record, done by the one who typed it, in the transaction that records it.
create or replace function own_command(in_id uuid, in_kind text) returns command
    language plpgsql stable security definer set search_path = hame, pg_temp as $$
declare
    found_command command;
begin
    select c.* into found_command from command c
        where c.id = in_id and c.kind = in_kind and c.login = session_user
          and not exists (select from command_outcome o where o.command_id = c.id);
    if found_command.id is null then
        raise exception 'no such act of yours waits to be done' using errcode = 'insufficient_privilege';
    end if;
    return found_command;
end $$;
