-- Whether the officer who typed an act may see the file of a case, as case_sight says it of a login.
create or replace function author_sees(in_command uuid, ref text) returns boolean language plpgsql stable
    set search_path = hame, pg_temp as $$
begin
    return (
    select exists (
        select from command c join staff s on s.login = c.login and s.person = c.person and grant_holds(s, c.recorded_at)
            join case_role k on k.role = s.role and k.sees in ('file', 'no_text')
            join family f on f.case_ref = ref
        where c.id = in_command and (not f.restricted or sees_restricted(ref, c.person, s.role)))
    );
end $$;
