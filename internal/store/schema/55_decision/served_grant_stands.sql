-- A grant that was served is not taken back by a later decision.
create or replace function served_grant_stands() returns trigger language plpgsql
    set search_path = hame, pg_temp as $$
begin
    if new.outcome not like 'GRANT%' and exists (
        select from decision_outcome o
        where o.case_ref = new.case_ref and o.person_no = new.person_no and o.decision_no < new.decision_no
          and o.outcome like 'GRANT%' and o.served_on is not null) then
        raise exception 'served_grant_stands: a served grant is not taken back' using errcode = 'check_violation',
            constraint = 'served_grant_stands';
    end if;
    return new;
end $$;
