-- Every act has its outcome within a minute.
create or replace view breach_act_without_outcome as
select 'nothing is lost' as rule, chain_subject(c) as case_ref,
       'command ' || c.id || ' (' || c.kind || ') has no outcome' as detail
from command c left join command_outcome o on o.command_id = c.id
where o.command_id is null and c.recorded_at < clock_timestamp() - interval '1 minute';
