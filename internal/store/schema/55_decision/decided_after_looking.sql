-- Nobody decides before what was referred or alleged is looked into, nor alone after it.
create or replace function decided_after_looking() returns trigger language plpgsql
    set search_path = hame, pg_temp as $$
begin
    if exists (select from not_looked_into n where n.case_ref = new.case_ref) then
        raise exception 'referral_looked_into: a referral is not looked into' using errcode = 'check_violation',
            constraint = 'referral_looked_into';
    end if;
    if new.second is null and exists (select from referred r where r.case_ref = new.case_ref) then
        raise exception 'second_officer_due: a referral takes two officers' using errcode = 'check_violation',
            constraint = 'second_officer_due';
    end if;
    return new;
end $$;
