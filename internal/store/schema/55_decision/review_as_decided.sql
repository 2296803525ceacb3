-- What a review says of its outcome is what was decided.
create or replace function review_as_decided() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if new.rollup is distinct from (select d.rollup from decision_in_force d where d.case_ref = new.case_ref) then
        raise exception 'this was not decided' using errcode = 'check_violation', constraint = 'review_as_decided';
    end if;
    return new;
end $$;
