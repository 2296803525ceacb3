-- Keeps the person of the administrator who grants a role.
create or replace function stamp_grant() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    new.granted_by_person := coalesce((select m.person from staff_member m where m.login = session_user), session_user);
    return new;
end $$;
