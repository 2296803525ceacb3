create or replace function my_person() returns text language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return (select s.person from staff_now s where s.login = session_user
            and not (select r.rolsuper from pg_roles r where r.rolname = session_user) order by s.person limit 1);
end $$;
