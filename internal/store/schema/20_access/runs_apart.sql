-- Whether the review of a case runs, or in a moment will run, among those of restricted families, for those who may see
-- the case; to others no case does.
create or replace function runs_apart(ref text) returns boolean language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return may_see(ref) and exists (select from family f where f.case_ref = ref and f.restricted);
end $$;
