-- The items that wait to be linked or read, the oldest first; or one item, whatever became of it.
create or replace function list_post(item bigint, in_limit int)
returns table (no bigint, from_kind text, received_on date, wait_until date, case_ref text, linked_on date,
    read_on date,
    said_name text, said_reference text, said_representative text, escalated boolean, suggestions jsonb, total bigint)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return query
        select l.no, l.from_kind, l.received_on, l.wait_until, coalesce(l.case_ref, ''), l.linked_on, l.read_on,
            l.said_name,
               l.said_reference, l.said_representative, l.escalated, l.suggestions,
               (select count(*) from post_list p where p.no = item
                   or (item = 0 and p.read_on is null and p.dismissed_on is null))
        from post_list l
        where l.no = item or (item = 0 and l.read_on is null and l.dismissed_on is null)
        order by l.received_on, l.no limit in_limit;
end $$;
