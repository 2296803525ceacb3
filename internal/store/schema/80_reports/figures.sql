-- The figures at an instant, for each group of cases by lane, council and stage as they then were, and for all of
-- them; withheld are restricted ones that the reader does not see. unlisted, under_review, archived, decided, resolved
-- and closed add up to families. Nothing recorded later counts, also if an earlier day is attested for it: an act that
-- was struck counts until it was struck, and a family whose import was taken back counts until then. people have what
-- had become of each, representations how each was answered, appeals what came of each. All days are calendar days in
-- London.
create or replace function figures(as_of timestamptz, by_lane boolean, by_council boolean, by_stage boolean) returns
    jsonb
language plpgsql stable security definer set search_path = hame, pg_temp as $$
declare
    -- As in programme_report.
    whole boolean := session_user = 'hame_worker' or has_role('auditor');
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'senior_caseworker', 'auditor') then
        raise exception '% may not read the programme''s figures',
            session_user using errcode = 'insufficient_privilege';
    end if;
    return (with was as (
        select distinct on (w.case_ref) w.case_ref, w.lane, w.council from family_was w where w.until > as_of
            order by w.case_ref, w.until),
    -- The families whose import was taken back after that instant. They were never listed.
    gone as (
        select t.* from family_taken_back t where t.imported_at <= as_of and t.until > as_of),
    cases as (
        select f.case_ref, coalesce(l.lane, w.lane, f.lane) as lane, coalesce(w.council, f.council) as council,
            f.imported_at, l.drawn_at,
               d.signed_at, z.closed_at, a.case_ref is not null and d.signed_at is null as archived,
               case when l.case_ref is null then 'unlisted' when z.closed_at is not null then 'closed'
                    else coalesce((select e.stage from stage_entry e where e.case_ref = f.case_ref
                        and e.opened_at <= as_of and e.stage <> 'closed'
                                     and (e.closed_at is null or e.closed_at > as_of)
                                   order by array_position(array['listed', 'evidence', 'welfare', 'representation',
                                       'decision', 'service'], e.stage) limit 1), 'listed')
               end as stage
        from imported_family f
        left join was w using (case_ref)
        left join listing l on l.case_ref = f.case_ref and l.drawn_at <= as_of
        -- A case that was reopened since counts as closed until then.
        left join lateral (select max(e.opened_at) as closed_at from stage_entry e where e.case_ref = f.case_ref
            and e.stage = 'closed' and e.opened_at <= as_of and (e.void_at is null or e.void_at > as_of)) z on true
        left join archived_at(as_of) a on a.case_ref = f.case_ref
        left join decision d on d.case_ref = f.case_ref and d.no = 1 and d.signed_at <= as_of
        where f.imported_at <= as_of and (whole or not f.restricted or may_see(f.case_ref))
        union all
        select g.case_ref, g.lane, g.council, g.imported_at, null, null, null, false, 'unlisted'
        from gone g where whole or not g.restricted or has_role('senior_caseworker')),
    timed as (
        select c.*, case when by_lane then c.lane else '' end as g_lane,
            case when by_council then c.council else '' end as g_council,
               case when by_stage then c.stage else '' end as g_stage,
               london_day(signed_at) - london_day(imported_at) as to_decision,
               case when signed_at is not null
                   then london_day(closed_at) - london_day(imported_at) end as to_resolution,
               case when signed_at is null and closed_at is null
                   then london_day(as_of) - london_day(imported_at) end as without_decision,
               case when closed_at is null then london_day(as_of) - london_day(imported_at) end as without_resolution
        from cases c),
    -- What is counted by group is materialized: each group would count everything again.
    -- The people of an unlisted family as they were before a later import, or before its own was taken back.
    were as (
        select distinct on (w.case_ref) w.* from people_were w where w.until > as_of order by w.case_ref, w.until),
    people as (
        select t.g_lane, t.g_council, t.g_stage, p.outcome, p.age, 1 as n
        from timed t join people_at(as_of) p using (case_ref)
        where not exists (select from were w where w.case_ref = t.case_ref)
        union all
        select t.g_lane, t.g_council, t.g_stage, '', x.age, x.n
        from timed t join were w using (case_ref)
            cross join lateral (values ('adult', w.adults), ('child', w.children), ('unknown', w.unknown)) x (age, n)
        where x.n > 0),
    people_counted as materialized (
        select g_lane, g_council, g_stage, outcome, age, sum(n) as n from people
        group by grouping sets ((g_lane, g_council, g_stage, outcome, age), (outcome, age))),
    represented as materialized (
        select t.g_lane, t.g_council, t.g_stage, r.by_minister, r.answer, count(*) as n
        from timed t join representations_at(as_of) r using (case_ref)
        group by grouping sets ((t.g_lane, t.g_council, t.g_stage, r.by_minister, r.answer),
            (r.by_minister, r.answer))),
    -- An appeal waits until it ends; a further one after that is another appeal.
    appealed as materialized (
        select t.g_lane, t.g_council, t.g_stage, count(*) filter (where d.kind = 'service.appeal') as lodged,
            count(*) filter (where d.fields->>'result' = 'allowed') as allowed,
            count(*) filter (where d.fields->>'result' = 'dismissed') as dismissed,
            count(*) filter (where d.fields->>'result' = 'withdrawn') as withdrawn
        from timed t join act_done d using (case_ref)
        where d.kind in ('service.appeal', 'appeal.ended') and d.since <= as_of
          and (d.until is null or d.until > as_of)
        group by grouping sets ((t.g_lane, t.g_council, t.g_stage), ())),
    waived as materialized (
        select t.g_lane, t.g_council, t.g_stage, count(distinct (d.case_ref, d.subject_no)) as n
        from timed t join act_done d using (case_ref)
        where d.kind = 'welfare.waive' and d.since <= as_of and (d.until is null or d.until > as_of)
        group by grouping sets ((t.g_lane, t.g_council, t.g_stage), ())),
    in_stage as materialized (
        select t.g_lane, t.g_council, t.g_stage, x.stage, jsonb_build_object('cases', count(*),
            'median', percentile_disc(0.5) within group (order by x.days),
            'p90', percentile_disc(0.9) within group (order by x.days), 'longest', max(x.days)) as days
        from timed t join stage_times_at(as_of) x using (case_ref)
        group by grouping sets ((t.g_lane, t.g_council, t.g_stage, x.stage), (x.stage))),
    -- The last day that each deadline was known to have then, if it ever changed.
    moved as (
        select d.task_id, bool_or(d.at <= as_of) as changed,
            (array_agg(d.new_due order by d.no desc) filter (where d.at <= as_of))[1] as known,
               (array_agg(d.old_due order by d.no))[1] as first
        from deadline_change d group by d.task_id),
    missed as materialized (
        select t.g_lane, t.g_council, t.g_stage, k.owed_by, count(*) as n
        from task k join timed t using (case_ref) left join moved v on v.task_id = k.id
            left join task_kind m on m.kind = k.kind
        cross join lateral (select case when v.task_id is null then k.due_on when v.changed then v.known
            else v.first end as due) u
        where k.opened_at <= as_of and (k.void_at is null or k.void_at > as_of)
          and missed(coalesce(m.can_be_missed, true),
                     case when coalesce(k.answered_at, k.closed_at) <= as_of then k.attested_on end, u.due,
                     (select london_day(max(x.on_at)) from rung x where x.task_id = k.id and x.kind = 'due'
                         and x.acted_at <= as_of))
        group by grouping sets ((t.g_lane, t.g_council, t.g_stage, k.owed_by), (k.owed_by))),
    groups as (
        select grouping(g_lane) = 1 as total, g_lane, g_council, g_stage, count(*) as families,
            count(*) filter (where stage = 'unlisted') as unlisted,
            count(*) filter (where stage not in ('unlisted', 'closed') and signed_at is null and not archived)
                as under_review,
            count(*) filter (where archived and stage <> 'closed') as archived,
            count(*) filter (where stage <> 'closed' and signed_at is not null) as decided,
            count(*) filter (where stage = 'closed' and signed_at is not null) as resolved,
            count(*) filter (where stage = 'closed' and signed_at is null) as closed,
            jsonb_build_object('cases', count(to_decision),
                'median', percentile_disc(0.5) within group (order by to_decision),
                'p90', percentile_disc(0.9) within group (order by to_decision), 'longest', max(to_decision)) as
                    first_decision,
            jsonb_build_object('cases', count(to_resolution),
                'median', percentile_disc(0.5) within group (order by to_resolution),
                'p90', percentile_disc(0.9) within group (order by to_resolution), 'longest', max(to_resolution)) as
                    final_resolution,
            jsonb_build_object('cases', count(without_decision),
                'median', percentile_disc(0.5) within group (order by without_decision),
                'p90', percentile_disc(0.9) within group (order by without_decision), 'longest', max(without_decision))
                    as without_decision,
            jsonb_build_object('cases', count(without_resolution),
                'median', percentile_disc(0.5) within group (order by without_resolution),
                'p90', percentile_disc(0.9) within group (order by without_resolution), 'longest',
                    max(without_resolution)) as without_resolution
        from timed group by grouping sets ((g_lane, g_council, g_stage), ()))
    select jsonb_build_object('as_of', as_of, 'synthetic', (select p.synthetic from programme p)
            or exists (select from gone g join import_batch b on b.id = g.batch where b.synthetic),
        'withheld', (select count(*) from imported_family f where f.imported_at <= as_of) + (select count(*) from gone)
            - (select count(*) from cases),
        -- When the first family came in, also one that was taken back since.
        'since', (select min(x.imported_at) from (select f.imported_at from imported_family f
            union all select b.imported_at from family_taken_back b) x where x.imported_at <= as_of),
        'groups', (select jsonb_agg(jsonb_build_object('total', g.total, 'lane', coalesce(g.g_lane, ''),
            'council', coalesce(g.g_council, ''), 'stage', coalesce(g.g_stage, ''),
                'families', g.families, 'unlisted', g.unlisted, 'under_review', g.under_review,
                    'archived', g.archived, 'decided', g.decided,
                    'resolved', g.resolved, 'closed', g.closed,
                'first_decision', g.first_decision, 'final_resolution', g.final_resolution,
                'without_decision', g.without_decision, 'without_resolution', g.without_resolution,
                'missed', (select coalesce(jsonb_object_agg(m.owed_by, m.n), '{}') from missed m
                           where m.g_lane is not distinct from g.g_lane and m.g_council is not distinct from g.g_council
                               and m.g_stage is not distinct from g.g_stage),
                'people', (select coalesce(jsonb_agg(jsonb_build_object('outcome', p.outcome, 'age', p.age,
                                   'people', p.n)
                                   order by p.outcome, p.age), '[]') from people_counted p
                           where p.g_lane is not distinct from g.g_lane and p.g_council is not distinct from g.g_council
                               and p.g_stage is not distinct from g.g_stage),
                'representations', (select coalesce(jsonb_agg(jsonb_build_object('by_minister', r.by_minister,
                                   'answer', r.answer, 'representations', r.n) order by r.by_minister, r.answer), '[]')
                           from represented r
                           where r.g_lane is not distinct from g.g_lane and r.g_council is not distinct from g.g_council
                               and r.g_stage is not distinct from g.g_stage),
                'appeals', (select jsonb_build_object('lodged', a.lodged, 'allowed', a.allowed,
                                   'dismissed', a.dismissed, 'withdrawn', a.withdrawn) from appealed a
                           where a.g_lane is not distinct from g.g_lane and a.g_council is not distinct from g.g_council
                               and a.g_stage is not distinct from g.g_stage),
                'waived', (select coalesce(max(w.n), 0) from waived w
                           where w.g_lane is not distinct from g.g_lane and w.g_council is not distinct from g.g_council
                               and w.g_stage is not distinct from g.g_stage),
                'days_in_stage', (select coalesce(jsonb_object_agg(i.stage, i.days), '{}') from in_stage i
                           where i.g_lane is not distinct from g.g_lane and i.g_council is not distinct from g.g_council
                               and i.g_stage is not distinct from g.g_stage))
                order by g.total desc, g.g_lane, g.g_council,
                    array_position(array['unlisted', 'listed', 'evidence', 'welfare', 'representation', 'decision',
                    'service', 'closed'], g.g_stage))
            from groups g),
        'lanes', (select coalesce(jsonb_agg(jsonb_build_object('lane', b.lane,
            'waiting', (select count(*) from cases c where c.lane = b.lane and c.stage = 'unlisted'),
                'capacity', (select (c.fields->>'capacity')::int from command c
                    join command_outcome o on o.command_id = c.id
                             where c.lane = b.lane and c.kind in ('backlog.start', 'backlog.capacity')
                                 and o.outcome = 'accepted' and o.business_at <= as_of
                             order by o.business_at desc, c.chain_n desc limit 1),
                'paused', (select c.kind = 'backlog.pause' from command c join command_outcome o on o.command_id = c.id
                           where c.lane = b.lane and c.kind in ('backlog.start', 'backlog.pause', 'backlog.resume')
                               and o.outcome = 'accepted' and o.business_at <= as_of
                           order by o.business_at desc, c.chain_n desc limit 1),
                'rule_set', (select s.body from operative_rule_set(b.lane, london_day(as_of)) s)) order by b.lane),
                    '[]')
            from (select x.lane from backlog_lane x where x.started_at <= as_of) b)));
end $$;
