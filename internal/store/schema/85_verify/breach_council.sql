-- A family's council is the one that accepted it last, by its welfare lead; and a move that waits is somebody's task.
create or replace view breach_council as
select 'a council accepts a family' as rule, m.case_ref, 'its council is not the one that accepted it last' as detail
from council_move m join family f using (case_ref)
where m.result = 'accepted' and f.council <> m.to_council
  and not exists (select from council_move l where l.case_ref = m.case_ref and l.result = 'accepted' and l.no > m.no)
union all
select 'a council accepts a family', m.case_ref, format('move %s was accepted by nobody of that council', m.no)
from council_move m join command c on c.id = m.settled_by
where m.result = 'accepted' and m.settled_by <> m.command_id
  and not exists (select from staff s where s.login = c.login and s.role = 'welfare_lead' and s.council = m.to_council
      and grant_holds(s, c.recorded_at))
union all
select 'a council accepts a family', m.case_ref, 'a move waits to be accepted and no task stands for it'
from council_move m join review r using (case_ref)
-- With a family that is closed, archived or gone the move waits too: reopening or finding it asks again.
where m.result is null and r.stage <> 'closed' and exists (select from present p where p.case_ref = m.case_ref)
  and not exists (select from archive a where a.case_ref = m.case_ref and a.until is null)
  and not exists (select from task t where t.case_ref = m.case_ref and t.closed_at is null
    and t.kind = 'case.accept_move');
