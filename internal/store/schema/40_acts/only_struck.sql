-- A row that is written once goes only with the act that made it, when that act is struck.
create or replace function only_struck() returns trigger language plpgsql set search_path = hame, pg_temp as $$
begin
    if tg_op = 'DELETE' and exists (select from strike s where s.command_id = old.command_id
        and s.result = 'struck') then
        return old;
    end if;
    raise exception '% is insert-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
