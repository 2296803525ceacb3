-- What each login may see of all cases: the rows behind list_cases and case_summary. A case waits for the task that is
-- due first.
create or replace view case_list with (security_barrier) as
select s.case_ref, coalesce(r.stage, 'unlisted') as stage, s.lane, s.council,
       case when s.inside then coalesce(r.priority, 0) else 0 end as priority,
       coalesce(r.owner, '') as owner, l.listing_date, case when s.inside then r.signed_on end as signed_on,
       case when s.inside then coalesce(r.rollup, '') else '' end as rollup,
           case when s.inside then r.closed_at end as closed_at,
       coalesce(t.awaiting, case when r.case_ref is null then 'operations' else '' end) as awaiting,
       t.next_at, t.due_on, coalesce(t.overdue, false) as overdue, coalesce(t.escalated, false) as escalated,
       s.inside and exists (select from hold h where h.case_ref = s.case_ref and h.ended_on is null) as held,
       case when s.inside then coalesce(r.stuck, '') else '' end as stuck,
       coalesce(t.provisional, false) as provisional
from (select x.case_ref, x.lane, x.council, x.sight, x.sight in ('file', 'no_text') as inside from case_sight x
    where x.sight is not null) s
left join listing l using (case_ref)
left join review r using (case_ref)
left join lateral (
    select o.awaiting, o.next_at, o.due_on, o.provisional, bool_or(o.overdue) over () as overdue,
        bool_or(o.escalated) over () as escalated
    from task o where o.case_ref = s.case_ref and o.closed_at is null
      and (s.inside or (s.sight = 'children' and o.stage = 'welfare')
          or (s.sight = 'summary' and o.stage = 'representation')
           or o.awaiting in (select m.role from my_roles() m))
    order by o.due_on nulls last, o.next_at, o.id limit 1) t on true;
