-- An act that takes two is asked for and settled by the acts of the persons who are named for it.
create or replace function second_by_acts() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if exists (select from second_without_acts(new)) then
        raise exception 'no act of theirs on record' using errcode = 'check_violation', constraint = 'second_by_acts';
    end if;
    return null;
end $$;
