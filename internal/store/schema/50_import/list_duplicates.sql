-- The pairs that the session's login may see both files of, those that wait before those that are held.
create or replace function list_duplicates(in_limit int)
returns table (a text, b text, why text, due_on date, held text, escalated boolean, total bigint)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return query
        select l.a, l.b, l.why, l.due_on, l.held, coalesce(l.escalated, false), count(*) over ()
        from duplicate_list l order by l.held <> '', l.due_on nulls last, l.a, l.b limit in_limit;
end $$;
