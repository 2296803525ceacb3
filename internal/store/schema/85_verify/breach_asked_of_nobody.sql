-- What waits for somebody's word has its task, and no task waits for what nobody asks.
create or replace view breach_asked_of_nobody as
select 'an owner and a next date' as rule, k.case_ref,
       format('act %s waits to be struck or let stand, and no task stands for it', t.chain_n) as detail
from strike k join command t on t.id = k.command_id
where k.result is null and not exists (select from task x where x.case_ref = k.case_ref and x.kind = 'act.strike'
    and x.subject = t.chain_n and x.closed_at is null)
union all
select 'an owner and a next date', x.case_ref,
       format('act %s is said to wait to be struck, and nobody asks for it', x.subject)
from task x
where x.kind = 'act.strike' and x.closed_at is null
  and not exists (select from strike k join command t on t.id = k.command_id
      where k.case_ref = x.case_ref and t.chain_n = x.subject and k.result is null)
union all
select 'an owner and a next date', x.case_ref, 'a second officer is awaited, and no proposal waits'
from task x
where x.kind = 'decision.agree' and x.closed_at is null
  and not exists (select from proposal p where p.case_ref = x.case_ref and p.state = 'open')
union all
select 'an owner and a next date', q.case_ref,
       format('request %s waits for a second officer, and no task stands for it', q.no)
from second_request q join review r using (case_ref)
where q.result is null and r.stage <> 'closed' and not exists (select from task x where x.case_ref = q.case_ref
    and x.kind = 'case.confirm' and x.subject = q.no and x.closed_at is null)
union all
select 'an owner and a next date', x.case_ref,
       format('request %s is said to wait for a second officer, and it does not', x.subject)
from task x
where x.kind = 'case.confirm' and x.closed_at is null
  and not exists (select from second_request q where q.case_ref = x.case_ref and q.no = x.subject and q.result is null);
