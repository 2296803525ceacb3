-- Whether the session's login does nothing on a case, whatever the staff list says: a superuser, and a login that may
-- act as the owner of the record.
create or replace function holds_no_role() returns boolean
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return pg_has_role(session_user, 'hame_owner', 'member');
end $$;
