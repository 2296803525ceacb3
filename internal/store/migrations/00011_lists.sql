-- +goose Up
-- Lists of 450,000 families pass over them cheaply. What each login sees stays the same.

-- A family's pairs by either side: with the key's alone, whoever asked it of each family read all pairs each time.
create index on duplicate_candidate (b);

-- For who has no council's role, what is seen of all families that are not restricted is
-- worked out once: a list passes over all of them.
create or replace view case_sight with (security_barrier) as
select f.case_ref, f.lane, f.council,
    case when not f.restricted and not (select exists (select from my_roles() m where m.council is not null))
    then (select c.sees from my_roles() m join case_role c using (role)
          order by array_position(array['file', 'no_text', 'children', 'summary'], c.sees) limit 1)
    else (
        select c.sees from my_roles() m join case_role c using (role)
        where (m.council is null or (m.council = f.council and exists (select from council_child k where k.case_ref = f.case_ref)))
          and (not f.restricted or m.role in ('senior_caseworker', 'auditor')
               or exists (select from named n where n.case_ref = f.case_ref and n.person = (select my_person()) and n.role = m.role))
        order by array_position(array['file', 'no_text', 'children', 'summary'], c.sees) limit 1) end as sight
from family f;

-- A family's sight is not worked out again for its tasks; the condition on them is
-- that of task_seen.
create or replace view case_list with (security_barrier) as
select s.case_ref, coalesce(r.stage, 'unlisted') as stage, s.lane, s.council,
       case when s.inside then coalesce(r.priority, 0) else 0 end as priority,
       coalesce(r.owner, '') as owner, l.listing_date, case when s.inside then r.signed_on end as signed_on,
       case when s.inside then coalesce(r.rollup, '') else '' end as rollup, case when s.inside then r.closed_at end as closed_at,
       coalesce(t.awaiting, case when r.case_ref is null then 'operations' else '' end) as awaiting,
       t.next_at, t.due_on, coalesce(t.overdue, false) as overdue, coalesce(t.escalated, false) as escalated,
       s.inside and exists (select from hold h where h.case_ref = s.case_ref and h.ended_on is null) as held,
       case when s.inside then coalesce(r.stuck, '') else '' end as stuck
from (select x.case_ref, x.lane, x.council, x.sight, x.sight in ('file', 'no_text') as inside from case_sight x where x.sight is not null) s
left join listing l using (case_ref)
left join review r using (case_ref)
left join lateral (
    select o.awaiting, o.next_at, o.due_on, bool_or(o.overdue) over () as overdue, bool_or(o.escalated) over () as escalated
    from task o where o.case_ref = s.case_ref and o.closed_at is null
      and (s.inside or (s.sight = 'children' and o.stage = 'welfare') or (s.sight = 'summary' and o.stage = 'representation')
           or o.awaiting in (select m.role from my_roles() m))
    order by o.next_at, o.id limit 1) t on true;

-- +goose StatementBegin
-- The families that wait, as the caller may see them: asking may_see of each took minutes.
create or replace function waiting_order(in_lane text) returns table (case_ref text, family_key text, imported_on date, supported boolean,
    arrived_on text, claim_date text, harm boolean, illness boolean, births text[], rule_set text) language plpgsql stable security definer set search_path = hame as $$
begin
    if not has_role('operations', 'senior_caseworker', 'auditor') then
        raise exception '% may not read the order of listing', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
    select w.*, (select r.body from rule_set r where r.use = 'operative' and r.lane = in_lane and r.in_force_from <= business_today()
                 order by r.in_force_from desc, r.recorded_at desc limit 1)
    from waiting_families(in_lane) w join case_sight s on s.case_ref = w.case_ref where s.sight is not null
    order by w.case_ref;
end $$;
-- +goose StatementEnd

-- +goose Down
