-- The imports that two persons took back, each by an accepted act that names the import and the same reason.
create or replace view imports_taken_back_by_two as
select b.id
from import_take_back q
join import_batch b on b.id = q.batch
join command f on f.id = q.first_id and f.person = q.first_by
join command s on s.id = q.second_id and s.person = q.second_by
where q.result = 'done' and b.taken_back_first = q.first_by and b.taken_back_second = q.second_by
  and person_key(f.person) <> person_key(s.person) and f.login <> s.login
  and not exists (select from (values (f.kind, f.fields), (s.kind, s.fields)) a (kind, fields)
                  where a.kind <> 'backlog.take-back' or a.fields is distinct
                      from jsonb_build_object('import', b.no, 'reason', q.reason))
  and (select count(*) from command_outcome o where o.command_id in (f.id, s.id) and o.outcome = 'accepted') = 2;
