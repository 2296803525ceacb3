-- A removal window is opened by the acts of the two officers who are named for it.
create or replace function window_by_two() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if not exists (
        select from second_request q
        where q.case_ref = new.case_ref and q.first_id = new.command_id and q.act = 'return.window'
          and q.subject_no = new.person_no and q.result = 'done' and q.first_by = new.first_by
          and q.second_by = new.second_by) then
        raise exception 'it takes two officers' using errcode = 'check_violation', constraint = 'window_four_eyes';
    end if;
    return null;
end $$;
