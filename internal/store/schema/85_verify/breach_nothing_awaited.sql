-- Every open case has an owner and a next date.
create or replace view breach_nothing_awaited as
select 'an owner and a next date' as rule, r.case_ref, 'open at ' || r.stage || ' and nothing is awaited' as detail
from review r
where r.stage not in ('closed', 'listed') and r.stuck = ''
  and not exists (select from task t where t.case_ref = r.case_ref and t.closed_at is null)
union all
select 'an owner and a next date', r.case_ref, 'stuck: ' || r.stuck from review r where r.stuck <> ''
union all
select 'an owner and a next date', d.case_ref, 'difference ' || d.no || ' of an import waits and no task stands for it'
from import_difference d join import_batch i on i.id = d.batch
where exists (select from review r where r.case_ref = d.case_ref)
  and d.finding is null and i.recorded_at < clock_timestamp() - interval '2 minutes'
  and not exists (select from task t
                  where t.case_ref = d.case_ref and t.closed_at is null
                    and (t.kind = 'closed.arrival' or (t.kind = 'file.difference' and t.subject = d.no)))
union all
select 'an owner and a next date', h.case_ref, 'held (' || h.ground || ') and no review of the hold is awaited'
from hold h join review r using (case_ref)
where h.ended_on is null and r.stage <> 'closed'
  and not exists (select from task t where t.case_ref = h.case_ref and t.closed_at is null and t.kind = 'hold.review');
