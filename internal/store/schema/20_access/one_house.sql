-- One person holds roles of one house: ministers', councils', the Home Office's or the auditor's (process.md, Roles).
-- A role that has ended, and one that was revoked, counts no more.
create or replace function one_house() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    if new.revoked_at is null and (new.valid_to is null or new.valid_to >= current_date)
       and exists (select from staff s join role_house o on o.role = s.role join role_house n on n.role = new.role
                   where s.id <> new.id and person_key(s.person) = person_key(new.person) and o.house <> n.house
                     and s.revoked_at is null and (s.valid_to is null or s.valid_to >= current_date)) then
        raise exception 'one_house: % holds a role of another house', new.person using errcode = 'check_violation',
            constraint = 'one_house';
    end if;
    return new;
end $$;
