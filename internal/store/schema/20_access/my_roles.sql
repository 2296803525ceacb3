-- The roles of the session's login now. Superusers hold none. Planned once in a session, for it is asked with every
-- act.
create or replace function my_roles() returns table (role text, council text)
language plpgsql stable security definer set search_path = hame, pg_temp rows 2 as $$
begin
    if holds_no_role() then
        return;
    end if;
    return query select s.role, s.council from staff_now s where s.login = session_user;
end $$;
