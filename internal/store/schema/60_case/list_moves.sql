-- The moves to another council that wait to be accepted. Before it accepts, that council is told that a family with so
-- many children moves to it, and nothing else; who sees the file sees its move.
create or replace function list_moves() returns table (case_ref text, to_council text, children int, moved_on date,
    due_on date)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return query
    select m.case_ref, m.to_council,
        (select count(*)::int from council_child k where k.case_ref = m.case_ref), m.moved_on,
        (select t.due_on from task t where t.case_ref = m.case_ref and t.kind = 'case.accept_move'
            and t.closed_at is null)
    from council_move m left join case_sight s using (case_ref)
    where m.result is null and (coalesce(s.sight in ('file', 'no_text'), false) or moves_to_me(m.case_ref))
    order by 5 nulls last, 1;
end $$;
