-- The open tasks that the session's login may see: of a council those of its
-- children's checks, of the minister's office those of representation, and of
-- both the tasks that wait for them.
create or replace view task_seen with (security_barrier) as
select t.*, s.sight, s.lane, s.council from task t join case_sight s using (case_ref)
where t.closed_at is null and s.sight is not null
  and (s.sight in ('file', 'no_text') or (s.sight = 'children' and t.stage = 'welfare')
      or (s.sight = 'summary' and t.stage = 'representation')
       or t.awaiting in (select m.role from my_roles() m));
