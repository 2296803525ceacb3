-- A second officer who was due once stays due: after a proposal that was drawn, or that a second officer returned, and
-- where something was referred or alleged (process.md, Four eyes).
create or replace function second_officer_stays_due() returns trigger language plpgsql
    set search_path = hame, pg_temp as $$
begin
    if new.second_due = 'no' and (
        exists (select from proposal p where p.case_ref = new.case_ref and p.no < new.no
                  and (p.second_due = 'sample' or p.returned_by is not null))
        or exists (select from referred r where r.case_ref = new.case_ref)
        or (tg_op = 'UPDATE' and old.second_due <> 'no')) then
        raise exception 'second_officer_due: this case needs a second officer' using errcode = 'check_violation',
            constraint = 'second_officer_due';
    end if;
    return new;
end $$;
