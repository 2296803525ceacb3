-- A text is gone only by the acts of two persons, or by one before the rule that it takes two.
create or replace view breach_text_gone as
select 'nothing is lost' as rule, chain_subject(c) as case_ref,
       'the text of command ' || c.id || ' is gone, and no two persons are on record for erasing it' as detail
from command c join command_text t on t.command_id = c.id
where t.body is null
  and not exists (select from erased_by_two e where e.target = c.id)
  and not exists (select from erasure e join command f on f.id = e.first_id and f.kind = 'text.erase'
      and f.fields->>'command' = c.id::text
                  join command_outcome o on o.command_id = f.id and o.outcome = 'accepted'
                  where e.target = c.id and e.result = 'done_by_one');
