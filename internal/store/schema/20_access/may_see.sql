-- Whether the session's login may see a case at all. A restricted case is for
-- the senior caseworker, the auditor and those named on it.
create or replace function may_see(ref text) returns boolean language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return exists (select from case_sight s where s.case_ref = ref and s.sight is not null);
end $$;
