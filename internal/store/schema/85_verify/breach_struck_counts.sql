-- What was struck does not count: what the act changed is taken back, and the tasks that it opened or closed are moot.
create or replace view breach_struck_counts as
select 'what was struck does not count' as rule, k.case_ref,
       format('act %s was struck, and what it changed of %s counts still', t.chain_n, a.of_table) as detail
from strike k join command t on t.id = k.command_id join act_change a on a.command_id = k.command_id
where k.result = 'struck' and a.taken_back is null
  and not (t.kind = 'post.receive' and a.of_table = 'post_item') -- the item waits in the mailroom
union all
select 'what was struck does not count', k.case_ref,
       format('act %s was struck, and the task %s of it counts still', t.chain_n, x.kind)
from strike k join command t on t.id = k.command_id
    join task x on k.command_id in (x.opened_by, x.closed_by) and x.void_at is null
where k.result = 'struck' and x.kind not in ('service.arrival', 'closed.arrival') -- which other arrivals share
union all
select 'what was struck does not count', k.case_ref,
       format('act %s was struck, and the item of post is on the file still', t.chain_n)
from strike k join command t on t.id = k.command_id
    join post_item i on i.case_ref = k.case_ref
        and (i.command_id = t.id or t.kind = 'post.link' and i.no = (t.fields->>'item')::bigint)
where k.result = 'struck' and t.kind in ('post.link', 'post.receive') and k.reason in ('wrong_case', 'wrong_person',
    'wrong_item')
  and not exists (select from command l join command_outcome o on o.command_id = l.id
      and o.outcome in ('accepted', 'filed')
      where l.case_ref = k.case_ref and l.kind = 'post.link' and l.chain_n > t.chain_n and not is_struck(l.id)
          and (l.fields->>'item')::bigint = i.no);
