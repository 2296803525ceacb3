-- Only operations stage a file.
create or replace function only_operations() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if not has_role('operations') then
        raise exception '% may not import', session_user using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;
