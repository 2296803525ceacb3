-- The person whose login the session's is, null for a login that holds no role now.
create or replace function my_person() returns text
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    if holds_no_role() then
        return null;
    end if;
    return (select s.person from staff_now s where s.login = session_user order by s.person limit 1);
end $$;
