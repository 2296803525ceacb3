-- Nobody is named on a case, or plays a part in it, but by an act on record: who is named on a restricted case sees it.
create or replace function named_by_an_act() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if tg_table_name = 'officer' then
        -- A wet signature is recorded by another than the minister who gave it.
        if not exists (select from command c where c.case_ref = new.case_ref
                         and (c.person = new.person or c.kind = 'representation.sign' and c.fields->>'signatory' = new.person)) then
            raise exception 'no act of theirs on record' using errcode = 'check_violation', constraint = 'named_by_an_act';
        end if;
    elsif not exists (
        select from command c
        where c.id = new.command_id and c.case_ref = new.case_ref and c.kind = 'case.assign' and c.fields->>'to' = new.person
          and c.fields->>'role' = new.role) then
        raise exception 'no act names them' using errcode = 'check_violation', constraint = 'named_by_an_act';
    end if;
    return null;
end $$;
