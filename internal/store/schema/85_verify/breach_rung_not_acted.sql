-- Every rung of a deadline acts, within an hour of its instant.
create or replace view breach_rung_not_acted as
select 'every rung acts' as rule, t.case_ref,
       t.next_rung || ' of ' || t.kind || case when t.subject > 0 then '/' || t.subject else '' end || ' was to act at '
       || to_char(t.next_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC, and has not' as detail
from task t join review r using (case_ref)
where t.closed_at is null and r.stuck = '' and r.stage <> 'closed' and t.next_at < business_now() - interval '1 hour'
union all
select 'every rung acts', t.case_ref,
       'the due rung of ' || t.kind || case when t.subject > 0 then '/' || t.subject else '' end
       || ' never acted, and a later one is next'
from task t
where t.closed_at is null and t.next_rung in ('escalation', 'diary')
  and not exists (select from rung x where x.task_id = t.id and x.kind = 'due');
