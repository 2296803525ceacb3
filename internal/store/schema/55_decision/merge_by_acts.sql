-- Two files become one, and two again, by the acts of the two officers who are named for it.
create or replace function merge_by_acts() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if exists (select from merge_without_acts(new)) then
        raise exception 'it takes two officers' using errcode = 'check_violation', constraint = 'done_by_two';
    end if;
    return null;
end $$;
