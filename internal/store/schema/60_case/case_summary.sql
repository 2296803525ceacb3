-- One case as lists show it, if the session's login may see it.
create or replace function case_summary(ref text)
returns table (case_ref text, stage text, lane text, council text, priority int, owner text,
    listing_date date, drawn boolean, rollup text, awaiting text, due_on date, provisional boolean, overdue boolean,
        escalated boolean,
    held boolean, stuck text)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return query
        select l.case_ref, l.stage, l.lane, l.council, l.priority, l.owner, l.listing_date, l.listing_date is not null,
            l.rollup,
               l.awaiting, l.due_on, l.provisional, l.overdue, l.escalated, l.held, l.stuck
        from case_list l where l.case_ref = ref;
end $$;
