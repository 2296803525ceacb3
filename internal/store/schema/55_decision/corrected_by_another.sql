-- A decision that corrects another is signed by two officers, one of whom did not sign the one that stands.
create or replace function corrected_by_another() returns trigger language plpgsql
    set search_path = hame, pg_temp as $$
begin
    if exists (select from signed_by_the_same(new)) then
        raise exception 'correction_four_eyes: it takes an officer who did not sign' using errcode = 'check_violation',
            constraint = 'correction_four_eyes';
    end if;
    return new;
end $$;
