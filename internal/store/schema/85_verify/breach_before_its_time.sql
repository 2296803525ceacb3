-- Nothing happens before its time: no rung acts before its instant, and outside a rehearsal, whose reviews run ahead,
-- no instant lies after the moment in which it was recorded.
create or replace view breach_before_its_time as
select 'nothing happens before its time' as rule, t.case_ref,
       x.kind || ' of ' || t.kind || case when t.subject > 0 then '/' || t.subject else '' end
           || ' acted before its instant' as detail
from rung x join task t on t.id = x.task_id
where x.acted_at < x.on_at or (x.acted_at > x.recorded_at + interval '5 minutes'
    and not (select p.synthetic from programme p))
union all
select 'nothing happens before its time', h.case_ref,
       h.kind || ' of /' || h.person_no || ' fired before its day'
from threshold h
where london_day(h.fired_at) < h.on_day or (h.fired_at > h.recorded_at + interval '5 minutes'
    and not (select p.synthetic from programme p))
union all
select 'nothing happens before its time', r.case_ref, 'closed in the future'
from review r where r.closed_at > business_now() + interval '5 minutes' and not (select p.synthetic from programme p)
union all
select 'nothing happens before its time', e.case_ref, e.stage || ' was opened in the future'
from stage_entry e where e.opened_at > business_now() + interval '5 minutes'
    and not (select p.synthetic from programme p)
union all
select 'nothing happens before its time', t.case_ref, 'what came for the closed case was filed before it had closed'
from task t join review r using (case_ref)
where t.kind = 'closed.arrival' and t.closed_at is null and r.stage = 'closed' and t.opened_at < r.closed_at;
