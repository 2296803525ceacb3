-- Whether the officer who typed an act may see the file of a case: a restricted one is for senior caseworkers and those
-- named on it.
create or replace function author_sees(in_command uuid, ref text) returns boolean language sql stable as $$
    select exists (
        select from command c join staff s on s.login = c.login and s.person = c.person and grant_holds(s, c.recorded_at)
            join case_role k on k.role = s.role and k.sees in ('file', 'no_text')
            join family f on f.case_ref = ref
        where c.id = in_command
          and (not f.restricted or s.role in ('senior_caseworker', 'auditor')
               or exists (select from named n where n.case_ref = ref and n.person = c.person and n.role = s.role)))
$$;
