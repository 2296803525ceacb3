-- The staff list, with those who were added and hold no role.
create or replace function staff_list() returns table (login text, person text, role text, council text,
    valid_from date, valid_to date,
        revoked_at timestamptz, granted_by text, holds boolean) language plpgsql stable security definer
            set search_path = hame, pg_temp as $$
begin
    if not has_role('operations', 'auditor') then
        raise exception '% may not read the staff list', session_user using errcode = 'insufficient_privilege';
    end if;
    return query select m.login, coalesce(s.person, m.person), coalesce(s.role, ''), coalesce(s.council, ''),
        s.valid_from, s.valid_to, s.revoked_at,
            coalesce(s.granted_by, m.added_by), coalesce(grant_holds(s, statement_timestamp()), false)
        from staff_member m left join staff s using (login) order by m.login collate "C", s.id;
end $$;
