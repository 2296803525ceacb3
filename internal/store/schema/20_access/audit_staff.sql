-- Every change of the staff list stands in its chain, also one made without set-up.
create or replace function audit_staff() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    if tg_table_name = 'staff_member' then
        insert into staff_event (what, login, person) values ('added', new.login, new.person);
    elsif tg_op = 'DELETE' then
        insert into staff_event (what, login, person, role, council, valid_from, valid_to)
        values ('removed', old.login, old.person, old.role, old.council, old.valid_from, old.valid_to);
    else
        insert into staff_event (what, login, person, role, council, valid_from, valid_to)
        values (case when tg_op = 'INSERT' then 'granted' when old.revoked_at is null
            and new.revoked_at is not null then 'revoked' else 'changed' end,
                new.login, new.person, new.role, new.council, new.valid_from, new.valid_to);
    end if;
    return null;
end $$;
