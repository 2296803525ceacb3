-- Nobody is named on a case, owns it, is assigned a child's report or plays a part in it, but by an act on record: who
-- is named on a restricted case sees it. An act may be without its outcome: it gets that in the same transaction.
create or replace function named_by_an_act() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
declare
    by_an_act boolean;
begin
    case tg_table_name
    when 'officer' then
        -- A wet signature is recorded by another than the minister who gave it.
        by_an_act := exists (
            select from command c where c.case_ref = new.case_ref
               and (c.person = new.person or c.kind = 'representation.sign' and c.fields->>'signatory' = new.person));
    when 'review' then
        by_an_act := exists (
            select from command c
            where c.case_ref = new.case_ref and c.kind = 'case.assign' and c.fields->>'to' = new.owner
                and c.fields->>'role' is null and not is_struck(c.id)
              and not exists (select from command_outcome o where o.command_id = c.id and o.outcome <> 'accepted'));
    when 'welfare_check' then
        -- A signed check that came over from a merged file names nobody.
        by_an_act := new.assigned_to = '' and new.signed_on is not null or exists (
            select from command c
            where c.case_ref = new.case_ref and c.kind = 'welfare.assign' and c.subject_no = new.person_no
              and c.fields->>'to' = new.assigned_to and not is_struck(c.id)
              and not exists (select from command_outcome o where o.command_id = c.id and o.outcome <> 'accepted'));
    when 'named_on_case' then
        by_an_act := exists (
            select from command c
            where c.id = new.command_id and c.case_ref = new.case_ref and c.kind = 'case.assign'
              and c.fields->>'to' = new.person and c.fields->>'role' = new.role);
    end case;
    if not by_an_act then
        raise exception 'no act names them' using errcode = 'check_violation', constraint = 'named_by_an_act';
    end if;
    return null;
end $$;
