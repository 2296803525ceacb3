-- The cases that the session's login may see, the earliest due first. An empty filter does not narrow the list. Lists
-- are functions: from the plan of a view a login could tell how many rows it was not shown.
create or replace function list_cases(in_stage text, in_lane text, in_council text, in_overdue boolean,
    in_due_before date,
    in_limit int)
returns table (case_ref text, stage text, lane text, council text, priority int, owner text,
    listing_date date, drawn boolean, rollup text, awaiting text, due_on date, provisional boolean, overdue boolean,
        escalated boolean,
    held boolean, stuck text, total bigint)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return query
        select l.case_ref, l.stage, l.lane, l.council, l.priority, l.owner, l.listing_date, l.listing_date is not null,
            l.rollup,
               l.awaiting, l.due_on, l.provisional, l.overdue, l.escalated, l.held, l.stuck, count(*) over ()
        from case_list l
        where (in_stage = '' or l.stage = in_stage) and (in_lane = '' or l.lane = in_lane)
          and (in_council = '' or l.council = in_council) and (not in_overdue or l.overdue)
          and (in_due_before is null or l.due_on < in_due_before)
        order by l.due_on nulls last, l.case_ref limit in_limit;
end $$;
