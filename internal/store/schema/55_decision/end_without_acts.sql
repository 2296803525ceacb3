-- What a person's end lacks of the acts that it must rest on. Who joins a family and needs no leave had no claim that
-- could be ended: one officer records it. Who stands on two files that were merged ends on one of them by the acts in
-- the chain of the other.
create or replace function end_without_acts(e person_end) returns setof text
language sql stable set search_path = hame, pg_temp as $$
    select e.first_by || ' did not record it'
    where e.outcome <> 'DUPLICATE_MERGED' and not exists (
        select from command c join end_rule r on r.outcome = e.outcome
        where c.id = e.command_id and c.case_ref = e.case_ref and c.person = e.first_by
          and c.kind = any (r.acts) and c.subject_no in (0, e.person_no)
          and not exists (select from command_outcome o where o.command_id = c.id
              and o.outcome not in ('accepted', 'filed')))
    union all
    select 'it takes a second officer'
    from end_rule r
    where r.outcome = e.outcome and r.two and e.outcome <> 'DUPLICATE_MERGED'
      and not exists (select from command c where c.id = e.command_id and c.kind = 'person.joined')
      and not exists (
        select from second_request q join command s on s.id = q.second_id
        where q.case_ref = e.case_ref and q.first_id = e.command_id and q.result = 'done'
          and q.second_by = e.second_by and s.person = e.second_by and q.first_by = e.first_by)
    union all
    select 'no two officers have merged the file'
    where e.outcome = 'DUPLICATE_MERGED' and not exists (
        select from file_merge m
        where m.other_ref = e.case_ref and m.command_id = e.command_id and m.first_by = e.first_by
          and m.second_by = e.second_by)
    union all
    select 'nobody agreed to it'
    from end_rule r
    where r.outcome = e.outcome and not r.two and e.second_by is not null
$$;
