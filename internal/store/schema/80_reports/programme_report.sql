-- Where the programme stands. decided, closed, archived, open and withheld add up to families:
-- a case counts as decided when its decision has been carried out, not when it
-- was signed (C7); milestones has the others.
create or replace function programme_report() returns jsonb language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
declare
    report jsonb;
    -- Who does not see restricted cases is told how many there are, and of everything else only the others: else a
    -- count less what the lists show would tell where a restricted case stands.
    whole boolean := session_user = 'hame_worker' or has_role('auditor');
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'senior_caseworker', 'auditor') then
        raise exception '% may not read the programme''s figures',
            session_user using errcode = 'insufficient_privilege';
    end if;
    with cases as (
        select f.case_ref, f.lane, coalesce(r.stage, 'unlisted') as stage, r.rollup, r.signed_on, l.listing_date,
               (select max(o.served_on) from outcome_in_force o
                   where o.case_ref = f.case_ref having bool_and(o.served_on is not null)) as served_on,
               exists (select from archive a where a.case_ref = f.case_ref and a.until is null) as archived,
               exists (select from held_as_double h where h.case_ref = f.case_ref and h.a is not null
                       and (whole or (may_see(h.a) and may_see(h.b)))) as held_back
        from imported_family f left join review r using (case_ref) left join listing l using (case_ref)
        where whole or not f.restricted or may_see(f.case_ref)),
    dues as (
        select t.*, coalesce(k.can_be_missed, true) as can_be_missed,
               (select london_day(max(x.on_at)) from rung x where x.task_id = t.id and x.kind = 'due') as came_due,
               exists (select from rung x where x.task_id = t.id and x.kind = 'reminder') as was_reminded,
               exists (select from rung x where x.task_id = t.id and x.kind = 'escalation') as was_escalated
        from task t left join task_kind k using (kind)
        where t.void_at is null and (whole or exists (select from cases c where c.case_ref = t.case_ref)))
    select jsonb_build_object(
        'at', business_now(), 'synthetic', (select synthetic from programme),
        'families', (select count(*) from imported_family), 'withheld',
            (select count(*) from imported_family) - (select count(*) from cases),
        -- Files of people who parted from a family. Fewer than five are not told: null.
        'files_of_their_own', (select case when whole or count(*) >= 5 then count(*) end from split),
        'people', (select count(*) from person p where exists (select from cases c where c.case_ref = p.case_ref)),
        'decided', (select count(*) from cases where stage = 'closed' and rollup is not null),
        'closed', (select count(*) from cases where stage = 'closed' and rollup is null),
        'archived', (select count(*) from cases where stage <> 'closed' and archived),
        'open', (select count(*) from cases where stage <> 'closed' and not archived),
        'decided_by_outcome', (select coalesce(jsonb_object_agg(rollup, n), '{}') from (
            select rollup, count(*) as n from cases where stage = 'closed' and rollup is not null group by 1) x),
        'open_by_stage', (select coalesce(jsonb_object_agg(stage, n), '{}') from (
            select stage, count(*) as n from cases where stage <> 'closed' and not archived group by 1) x),
        -- What has become of everybody in a family that was closed without a decision, if it is one thing.
        'closed_by_end', (select coalesce(jsonb_object_agg(ended, n), '{}') from (
            select ended, count(*) as n from (
                select case when count(distinct e.outcome) = 1 then min(e.outcome) else 'SEVERAL' end as ended
                from cases c left join end_in_force e on e.case_ref = c.case_ref and e.outcome <> 'ON_OWN_FILE'
                where c.stage = 'closed' and c.rollup is null group by c.case_ref) y group by 1) x),
        'joined', (select count(*) from person p where p.joined_on is not null
            and exists (select from cases c where c.case_ref = p.case_ref)),
        'held_back_as_duplicates', (select count(*) from cases where stage = 'unlisted' and held_back),
        'held_as_duplicates', (select count(distinct h.case_ref) from hold h join cases c using (case_ref)
            where h.ground = 'duplicate' and h.ended_on is null
                and (whole or (may_see(h.case_ref) and may_see(h.same_as)))),
        'duplicates', (select jsonb_build_object('unresolved', count(*),
            'escalated', count(*) filter (where due_on < business_today()))
            from (select a, b, min(due_on) as due_on from duplicate_candidate where resolved_on is null
                and (whole or (may_see(a) and may_see(b))) group by a, b) x),
        'post', (select jsonb_build_object(
            'unlinked', count(*) filter (where case_ref is null), 'oldest_unlinked',
                min(received_on) filter (where case_ref is null),
            'unread', count(*) filter (where case_ref is not null), 'oldest_unread',
                min(received_on) filter (where case_ref is not null),
            'escalated', count(*) filter (where wait_until < business_today()))
            from post_item where dismissed_on is null and read_on is null
                and (whole or case_ref is null or may_see(case_ref))),
        'milestones', (select jsonb_build_object('signed', count(*) filter (where signed_on is not null),
            'served', count(*) filter (where served_on is not null),
            'carried_out', count(*) filter (where stage = 'closed' and rollup is not null)) from cases),
        'people_by_outcome', (select coalesce(jsonb_object_agg(outcome, n), '{}') from (
            -- Who stands on a file of their own counts as one who waits: how many do is not told.
            select outcome, count(*) as n from person_outcome o
            where exists (select from cases c where c.case_ref = o.case_ref) and o.outcome <> 'ON_OWN_FILE' group by 1) x),
        'deadlines', (select jsonb_build_object(
            'set', count(*), 'kept', count(*) filter (where closed_at is not null
                and coalesce(attested_on <= due_on, attested_on is not null)),
            'missed', count(*) filter (where missed(can_be_missed, attested_on, due_on, came_due)),
            'windows_ended', count(*) filter (where came_due is not null and not can_be_missed), 'reminded',
                    count(*) filter (where was_reminded),
            'escalated', count(*) filter (where was_escalated)) from dues),
        'overdue', (select jsonb_build_object('tasks', count(*), 'longest', coalesce(max(business_today() - due_on), 0))
            from dues where closed_at is null and due_on < business_today()),
        'days_listing_to_service', (select jsonb_build_object('cases', count(*),
            'median', percentile_disc(0.5) within group (order by served_on - listing_date),
            'p90', percentile_disc(0.9) within group (order by served_on - listing_date),
            'longest', max(served_on - listing_date)) from cases where served_on is not null),
        'acts', (select coalesce(jsonb_object_agg(x.became, x.n), '{}') from (
            select coalesce(o.outcome, 'undelivered') as became, count(*) as n
            from command c left join command_outcome o on o.command_id = c.id
            where whole or c.case_ref is null or exists (select from cases x where x.case_ref = c.case_ref) group by 1)
                x),
        'struck', (select count(*) from strike k where k.result = 'struck'
            and (whole or exists (select from cases x where x.case_ref = k.case_ref))),
        'lanes', (select coalesce(jsonb_agg(to_jsonb(b) || coalesce((
                select jsonb_build_object('waiting', max(p.waiting), 'placed', count(*),
                    'last_listing', max(p.listing_on), 'drawn_on', max(p.drawn_on))
                from place_in_order p where p.lane = b.lane having count(*) > 0), '{}')), '[]')
            from backlog_lane b))
    into report;
    return report;
end $$;
