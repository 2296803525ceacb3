-- A flag that takes two officers is asked for and settled by the acts of the persons who are named for it: the first
-- one's act asks, and a later act of the second does the same, or refuses by wanting the opposite.
create or replace function flag_asked_by_acts() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if exists (select from flag_request_without_acts(new)) then
        raise exception 'no act of theirs on record' using errcode = 'check_violation',
            constraint = 'flag_asked_by_acts';
    end if;
    return null;
end $$;
