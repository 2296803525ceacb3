-- Acts that were done, from when to when each counted: until it was struck, or null if it stands. An act that takes two
-- officers takes effect when the second one agrees: took_effect.
create or replace view act_done as
select c.id, c.case_ref, c.kind, c.subject_no, c.fields, o.business_at as since, s.settled_at as until,
       coalesce(x.business_at, o.business_at) as took_effect
from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
left join strike s on s.command_id = c.id and s.result = 'struck'
left join second_request q on q.first_id = c.id and q.result = 'done'
left join command_outcome x on x.command_id = q.second_id;
