-- What a request for a flag lacks of the acts that it must rest on. An act may be without its outcome: it gets that in
-- the same transaction.
create or replace function flag_request_without_acts(r flag_request) returns setof text
language sql stable set search_path = hame, pg_temp as $$
    with acts as (
        select c.id, c.person, c.fields->>'to' as wanted, c.chain_n from command c
        where c.case_ref = r.case_ref and c.kind = 'case.flag' and c.subject_no = r.person_no
            and c.fields->>'flag' = r.flag
          and not exists (select from command_outcome o where o.command_id = c.id and o.outcome <> 'accepted'))
    select r.first_by || ' did not ask for it'
    where not exists (select from acts a where a.id = r.command_id and a.person = r.first_by and a.wanted = r.wanted)
    union all
    select r.second_by || ' did not settle it'
    where r.second_by is not null
      and not exists (
        select from acts a
        where a.person = r.second_by and (a.wanted = r.wanted) = (r.result = 'done')
          and a.chain_n > (select c.chain_n from command c where c.id = r.command_id))
$$;
