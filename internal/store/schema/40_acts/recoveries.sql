-- How often each review was restarted or freed by operations.
create or replace function recoveries() returns table (case_ref text, n bigint) language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    if not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query select c.case_ref, count(*) from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
        where c.kind = 'case.recover' and may_see(c.case_ref) group by c.case_ref;
end $$;
