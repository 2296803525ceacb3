-- Whether the session's login holds one of the roles now. Superusers hold none.
create or replace function has_role(variadic roles text[]) returns boolean language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return exists (select from my_roles() m where m.role = any (roles));
end $$;
