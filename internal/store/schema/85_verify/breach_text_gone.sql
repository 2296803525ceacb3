-- A text is gone only by an act of erasing.
create or replace view breach_text_gone as
select 'nothing is lost' as rule, chain_subject(c) as case_ref,
       'the text of command ' || c.id || ' is gone, and nobody is on record for erasing it' as detail
from command c join command_text t on t.command_id = c.id
where t.body is null
  and not exists (select from command e join command_outcome o on o.command_id = e.id and o.outcome = 'accepted'
                  where e.kind = 'text.erase' and e.fields->>'command' = c.id::text);
