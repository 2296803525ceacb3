-- Whether the review of a case runs among those of restricted families, for those who may see the case; to others no case does.
create or replace function runs_apart(ref text) returns boolean language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return may_see(ref) and exists (select from family f left join review r using (case_ref)
        where f.case_ref = ref and coalesce(r.apart, f.restricted));
end $$;
