-- A person's part in a case ends by the act of the officer who is named for it, and by two where that is due: nobody is
-- ended by a program. An act may be without its outcome: it gets that in the same transaction.
create or replace function end_by_acts() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if exists (select from end_without_acts(new)) then
        raise exception 'no act of theirs on record' using errcode = 'check_violation', constraint = 'end_by_acts';
    end if;
    return null;
end $$;
