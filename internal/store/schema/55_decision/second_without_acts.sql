-- What a request for an act that takes two lacks of the acts that it must rest on. An act may be without its outcome: it
-- gets that in the same transaction.
create or replace function second_without_acts(q second_request) returns setof text
language sql stable set search_path = hame, pg_temp as $$
    select q.first_by || ' did not ask for it'
    where not exists (
        select from command c
        where c.id = q.first_id and c.case_ref = q.case_ref and c.kind = q.act and c.subject_no = q.subject_no
          and c.person = q.first_by
          and not exists (select from command_outcome o where o.command_id = c.id
              and o.outcome not in ('accepted', 'filed')))
    union all
    select q.second_by || ' did not settle it'
    where q.second_id is not null and not exists (
        select from command c
        where c.id = q.second_id and c.case_ref = q.case_ref and c.kind = 'case.confirm' and c.subject_no = q.no
          and c.person = q.second_by
          and (c.fields->>'finding' = 'agreed') = (q.result = 'done')
          and (c.person = q.first_by) = (q.result = 'withdrawn')
          and not exists (select from command_outcome o where o.command_id = c.id
              and o.outcome not in ('accepted', 'filed')))
    union all
    select q.second_by || ' may not agree to it'
    where q.result = 'done' and not exists (
        select from command c join staff s on s.login = c.login and grant_holds(s, c.recorded_at)
        join act_second a on a.act = q.act and a.role = s.role
        where c.id = q.second_id)
$$;
