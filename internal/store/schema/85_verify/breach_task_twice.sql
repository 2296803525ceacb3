-- Of each kind a case has one open task for each subject.
create or replace view breach_task_twice as
select 'nothing happens twice' as rule, t.case_ref,
       count(*) || ' open tasks of kind ' || t.kind || case when t.subject > 0 then '/'
           || t.subject else '' end as detail
from task t where t.closed_at is null
group by t.case_ref, t.kind, t.subject having count(*) > 1;
