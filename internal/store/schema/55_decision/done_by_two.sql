-- What takes two officers rests on the acts of the two who are named for it: the act that is the trigger's argument was
-- asked for by the first, and agreed to by the second.
create or replace function done_by_two() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if not exists (
        select from second_request q
        where q.case_ref = new.case_ref and q.first_id = new.command_id and q.act = tg_argv[0] and q.result = 'done'
          and q.first_by = new.first_by and q.second_by = new.second_by) then
        raise exception 'it takes two officers' using errcode = 'check_violation', constraint = 'done_by_two';
    end if;
    return null;
end $$;
