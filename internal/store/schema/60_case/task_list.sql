-- The open tasks that the session's login may see: the rows behind list_tasks.
create or replace view task_list with (security_barrier) as
select t.case_ref, t.kind, t.subject, t.stage, t.awaiting, t.began, t.due_on, t.provisional, t.next_rung, t.next_at,
       -- No review runs for a closed case, and no rung marks what is overdue there.
       t.overdue or (r.stage = 'closed' and t.due_on < (select business_today())) as overdue, t.escalated, t.lane,
           t.council,
       coalesce(r.owner, '') as owner
from task_seen t join review r using (case_ref);
