-- The part that the session's person plays on a case, null if none or if the case is not theirs to see.
create or replace function my_part(ref text) returns text language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return (
        select o.part from officer o where o.case_ref = ref and o.person = my_person() and may_see(ref)
    );
end $$;
