-- The open tasks after one, in order, with what their last days follow from, for checking that they do.
create or replace function deadlines_on_record(after bigint, at_most int) returns table (id bigint, case_ref text,
    kind text, subject int, awaiting text, began date,
    days int, unit text, calendar text, calendar_version text, due_on date, provisional boolean, extended int,
        pauses jsonb)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
    select t.id, t.case_ref, t.kind, t.subject, t.awaiting, t.began, t.days, t.unit, t.calendar,
        coalesce(t.calendar_version, ''), t.due_on, t.provisional,
        (select coalesce(sum(e.days), 0)::int from extension e where e.task_id = t.id and e.decision = 'granted'
            and e.withdrawn_on is null),
        stops_on_record(t.case_ref, t.kind)
    from task t
    where t.id > after and t.closed_at is null
      and (session_user = 'hame_worker' or has_role('auditor') or may_see(t.case_ref))
    order by t.id limit at_most;
end $$;
