-- A pair of a list is resolved by two persons who both typed the list.
create or replace view breach_pair_by_one as
select 'four eyes' as rule, q.a as case_ref,
       'the pair with ' || q.b || ' was resolved as one of a list, and no two persons are on record for it' as detail
from pair_request q
left join command f on f.id = q.first_id and f.person = q.first_by
left join command s on s.id = q.second_id and s.person = q.second_by
where q.result = 'done'
  and (f.id is null or s.id is null or person_key(f.person) = person_key(s.person) or f.login = s.login
       or (select count(*) from command_outcome o where o.command_id in (f.id, s.id) and o.outcome = 'accepted') < 2
       or exists (select from (values (f.case_ref, f.kind, f.fields), (s.case_ref, s.kind, s.fields))
                      a (ref, kind, fields)
                  where a.kind <> 'duplicate.resolve' or a.fields->>'list' is distinct from q.list
                     or a.fields->>'finding' is distinct from q.finding
                     or least(a.ref, a.fields->>'other') <> q.a or greatest(a.ref, a.fields->>'other') <> q.b))
union all
select 'four eyes', c.case_ref,
       'a pair was resolved as one of a list by ' || c.person || ', and nobody had asked for it'
from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
where c.kind = 'duplicate.resolve' and c.fields ? 'list'
  and not exists (select from pair_request q where c.id in (q.first_id, q.second_id));
