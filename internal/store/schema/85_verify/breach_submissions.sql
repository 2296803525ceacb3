-- While further submissions wait to be considered, the refusal is held and somebody has the task.
create or replace view breach_submissions as
select 'nobody is removed before submissions are considered' as rule, s.case_ref,
    format('what was submitted for person %s holds nothing', s.person_no) as detail
from submission s
where s.result is null and not exists (select from hold h where h.case_ref = s.case_ref and h.person_no = s.person_no
    and h.ground = 'further_submissions' and h.ended_on is null)
union all
select 'nobody is removed before submissions are considered', s.case_ref,
    format('what was submitted for person %s is nobody''s task', s.person_no)
from submission s
where s.result is null and not exists (select from task t where t.case_ref = s.case_ref and t.subject = s.person_no
    and t.kind = 'service.consider' and t.closed_at is null);
