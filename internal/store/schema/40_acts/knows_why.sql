-- Whether the session's login may know why people part from a family: the officer who asks for it, an auditor, those
-- who may agree to it while it waits, and afterwards the one who has agreed. Of other acts, everybody who sees the act.
create or replace function knows_why(c command) returns boolean language plpgsql stable
    set search_path = hame, pg_temp as $$
begin
    return (
        select c.kind <> 'case.split' or c.person = my_person() or has_role('auditor')
            or exists (select from second_request q where q.first_id = c.id
                and case when q.settled_on is null then has_role('second_officer', 'senior_caseworker')
                         else q.second_by = my_person() end)
    );
end $$;
