-- Whether a person sees a restricted case in a role: the senior caseworker, the auditor, and those named on it; one
-- behind a wall, of all senior caseworkers, only the one who is named for it.
create or replace function sees_restricted(ref text, in_person text, in_role text) returns boolean language plpgsql stable
    set search_path = hame, pg_temp as $$
begin
    return (
        select in_role = 'auditor'
            or in_role = 'senior_caseworker' and not behind_wall(ref, in_person)
            or exists (select from named n where n.case_ref = ref and n.person = in_person and n.role = in_role)
    );
end $$;
