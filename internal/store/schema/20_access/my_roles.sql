-- The roles of the session's login today. Superusers hold none.
create or replace function my_roles() returns table (role text, council text) language plpgsql stable security definer set search_path = hame, pg_temp
rows 2 as $$
begin
    return query
    select s.role, s.council from staff_now s where s.login = session_user
        and not (select r.rolsuper from pg_roles r where r.rolname = session_user);
end $$;
