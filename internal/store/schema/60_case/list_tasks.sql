-- The open tasks that the session's login may see, the earliest due first. in_mine keeps what waits for one of its
-- roles, of a caseworker's tasks those of their own cases, and what others outside owe to a case that it owns.
create or replace function list_tasks(in_case text, in_mine boolean, in_role text, in_council text, in_overdue boolean,
    in_due_before date, in_limit int)
returns table (case_ref text, kind text, subject int, stage text, awaiting text, began date, due_on date,
    provisional boolean, next_rung text, next_at timestamptz, overdue boolean, escalated boolean, lane text,
        council text, owner text, total bigint)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return query
        select l.case_ref, l.kind, l.subject, l.stage, l.awaiting, l.began, l.due_on, l.provisional, l.next_rung,
            l.next_at,
               l.overdue, l.escalated, l.lane, l.council, l.owner, count(*) over ()
        from task_list l
        where (in_case = '' or l.case_ref = in_case) and (not in_mine
               or (l.awaiting in (select m.role from my_roles() m)
                   and (l.awaiting <> 'caseworker' or l.owner in ('', (select my_person()))))
               or (l.awaiting not in (select c.role from case_role c) and l.owner = (select my_person())))
          and (in_role = '' or l.awaiting = in_role) and (in_council = '' or l.council = in_council)
          and (not in_overdue or l.overdue) and (in_due_before is null or l.due_on < in_due_before)
        order by l.due_on nulls last, l.case_ref, l.kind, l.subject limit in_limit;
end $$;
