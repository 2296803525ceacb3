-- The figures at an instant, for each group of cases by lane, council and stage as they then were, and for all of them;
-- withheld are restricted ones that the reader does not see. unlisted, under_review, archived, decided, resolved and
-- closed add up to families. Nothing recorded later counts, also if an earlier day is attested for it: an act that was struck
-- counts until it was struck, and a family whose import was taken back counts until then.
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
        left join review r on r.case_ref = f.case_ref and r.opened_at <= as_of
        -- A case that was reopened since counts as closed until then.
        left join lateral (select max(e.opened_at) as closed_at from stage_entry e where e.case_ref = f.case_ref
            and e.stage = 'closed' and e.opened_at <= as_of and (e.void_at is null or e.void_at > as_of)) z on true
        left join archive a on a.case_ref = f.case_ref and a.archived_at <= as_of
            and (a.until is null or a.until > as_of)
        left join decision d on d.case_ref = f.case_ref and d.no = 1 and d.signed_at <= as_of
        where f.imported_at <= as_of and (whole or not f.restricted or may_see(f.case_ref))
        union all
        select g.case_ref, g.lane, g.council, g.imported_at, null, null, null, false, 'unlisted'
        from gone g where whole or not g.restricted or has_role('senior_caseworker')),
    timed as (
        select c.*, case when by_lane then c.lane else '' end as g_lane,
            case when by_council then c.council else '' end as g_council,
               case when by_stage then c.stage else '' end as g_stage,
               extract(day from signed_at - imported_at)::int as to_decision,
               case when signed_at is not null then extract(day from closed_at - imported_at)::int end as to_resolution,
               case when signed_at is null and closed_at is null
                   then extract(day from as_of - imported_at)::int end as without_decision,
               case when closed_at is null then extract(day from as_of - imported_at)::int end as without_resolution
        from cases c),
    -- The last day that each deadline was known to have then, if it ever changed.
    moved as (
        select d.task_id, bool_or(d.at <= as_of) as changed,
            (array_agg(d.new_due order by d.no desc) filter (where d.at <= as_of))[1] as known,
               (array_agg(d.old_due order by d.no))[1] as first
        from deadline_change d group by d.task_id),
    missed as (
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
        'groups', (select jsonb_agg(jsonb_build_object('total', g.total, 'lane', coalesce(g.g_lane, ''),
            'council', coalesce(g.g_council, ''), 'stage', coalesce(g.g_stage, ''),
                'families', g.families, 'unlisted', g.unlisted, 'under_review', g.under_review,
                    'archived', g.archived, 'decided', g.decided,
                    'resolved', g.resolved, 'closed', g.closed,
                'first_decision', g.first_decision, 'final_resolution', g.final_resolution,
                'without_decision', g.without_decision, 'without_resolution', g.without_resolution,
                'missed', (select coalesce(jsonb_object_agg(m.owed_by, m.n), '{}') from missed m
                           where m.g_lane is not distinct from g.g_lane and m.g_council is not distinct from g.g_council
                               and m.g_stage is not distinct from g.g_stage))
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
