-- The times to answer adverse material that nobody has answered, for the same check.
create or replace function answers_on_record() returns table (case_ref text, subject int, began date,
    calendar_version text, due_on date, extended int, pauses jsonb)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
    select i.case_ref, i.person_no, i.put_on, i.calendar_version, i.answer_by, i.extended,
        stops_on_record(i.case_ref, 'evidence.questionnaire')
    from interview i join review r on r.case_ref = i.case_ref
    where i.adverse <> 'none' and i.calendar_version is not null and not answered(i) and r.stage <> 'closed'
      and (session_user = 'hame_worker' or has_role('auditor') or may_see(i.case_ref))
    order by i.case_ref, i.command_id;
end $$;
