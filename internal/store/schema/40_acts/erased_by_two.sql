-- The texts whose erasure two persons asked for who did not write them, each by an accepted act that names the text and
-- the same reason.
create or replace view erased_by_two as
select e.target
from erasure e
join command f on f.id = e.first_id and f.person = e.first_by
join command s on s.id = e.second_id and s.person = e.second_by
join command t on t.id = e.target
where e.result = 'done' and person_key(t.person) not in (person_key(f.person), person_key(s.person))
    and person_key(f.person) <> person_key(s.person) and f.login <> s.login
  and not exists (select from (values (f.kind, f.fields), (s.kind, s.fields)) a (kind, fields)
                  where a.kind <> 'text.erase' or a.fields is distinct
                      from jsonb_build_object('command', e.target, 'reason', e.reason))
  and (select count(*) from command_outcome o where o.command_id in (f.id, s.id) and o.outcome = 'accepted') = 2;
