-- What a merge lacks of the acts that it must rest on: they stand in the chain of the file that stays.
create or replace function merge_without_acts(m file_merge) returns setof text
language sql stable set search_path = hame, pg_temp as $$
    select 'no two officers have merged it into ' || m.into_ref
    where not exists (
        select from second_request q join command c on c.id = q.first_id
        where q.case_ref = m.into_ref and q.first_id = m.command_id and q.act = 'case.merge' and q.result = 'done'
          and q.first_by = m.first_by and q.second_by = m.second_by and c.fields->>'other' = m.other_ref)
$$;

-- What the undoing of a merge lacks of them.
create or replace function merge_without_acts(u file_unmerge) returns setof text
language sql stable set search_path = hame, pg_temp as $$
    select 'no two officers have parted it from the other file'
    where not exists (
        select from file_merge m join second_request q on q.case_ref = m.into_ref join command c on c.id = q.first_id
        where m.other_ref = u.other_ref and m.no = u.no and q.first_id = u.command_id and q.act = 'case.unmerge'
          and q.result = 'done' and q.first_by = u.first_by and q.second_by = u.second_by
          and c.fields->>'other' = u.other_ref)
$$;
