-- What the session's login sees of a case, null if it is not there for them.
create or replace function sight_of(ref text) returns text language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return (select s.sight from case_sight s where s.case_ref = ref);
end $$;
