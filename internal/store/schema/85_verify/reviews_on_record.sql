-- The open reviews and closed ones that the caller may see, for comparing with what runs in Temporal.
create or replace function reviews_on_record() returns table (case_ref text, stage text, drawn boolean) language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query select l.case_ref, coalesce(r.stage, 'listed'), r.case_ref is null from listing l left join review r using (case_ref)
        where session_user = 'hame_worker' or exists (select from case_sight s where s.case_ref = l.case_ref and s.sight is not null);
end $$;
