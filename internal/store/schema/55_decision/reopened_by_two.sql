-- A closed case is reopened by two officers: by their request on it, or by theirs on the file that it had been merged
-- into and is parted from.
create or replace function reopened_by_two() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if not exists (
        select from second_request q
        where q.case_ref = new.case_ref and q.first_id = new.command_id and q.act = 'case.reopen' and q.result = 'done'
          and q.first_by = new.first_by and q.second_by = new.second_by)
       and not exists (
        select from file_unmerge u
        where u.other_ref = new.case_ref and u.command_id = new.command_id and u.first_by = new.first_by
          and u.second_by = new.second_by) then
        raise exception 'it takes two officers' using errcode = 'check_violation', constraint = 'done_by_two';
    end if;
    return null;
end $$;
