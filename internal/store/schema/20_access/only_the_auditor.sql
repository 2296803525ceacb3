-- Refuses every login but the auditor's.
create or replace function only_the_auditor() returns void language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    if not has_role('auditor') then
        raise exception '% may not read the audit: it is for the auditor',
            session_user using errcode = 'insufficient_privilege';
    end if;
end $$;
