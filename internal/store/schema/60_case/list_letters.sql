-- The letters of a case, or with an empty reference those of all cases that are to be sent and were sent to nobody yet:
-- the letter of a decision that was corrected is withheld.
create or replace function list_letters(ref text, in_limit int)
returns table (case_ref text, no int, kind text, created_at timestamptz, to_whom text, by_how text, sent_on date,
    delivered_on date, returned_on date, returned_why text, decision_no int, corrected_by int, total bigint)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return query
        select l.case_ref, l.no, l.kind, l.created_at, coalesce(l.to_whom, ''), coalesce(l.by_how, ''), l.sent_on,
               l.delivered_on, l.returned_on, coalesce(l.returned_why, ''), coalesce(l.decision_no, 0),
               coalesce(l.corrected_by, 0), count(*) over ()
        from letter_list l
        where l.case_ref = ref or (ref = '' and l.sent_on is null and l.corrected_by is null)
        order by l.created_at, l.case_ref, l.no, l.to_whom limit in_limit;
end $$;
