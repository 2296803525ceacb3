-- What a lane's forecast rests on, as it was known at an instant: forecast.Record, and the rule set that was in force. Null
-- if the lane was not started by then. Who may ask, and whose families count, is forecast_cases' to say.
create or replace function forecast_record(in_lane text, as_of timestamptz, in_restricted boolean) returns jsonb
language plpgsql stable security definer set search_path = hame, pg_temp as $$
declare
    today  date := london_day(as_of);
    record_of_lane jsonb;
    -- As in programme_report.
    whole  boolean := session_user = 'hame_worker' or has_role('auditor');
begin
    with cases as materialized (
        select c.*, (select count(*) from person p where p.case_ref = c.case_ref
            and (p.joined_on is null or p.joined_on <= today))::int as people
        from forecast_cases(in_lane, as_of, in_restricted) c),
    -- Each phase of each family: when it began and ended. left_on is when the family left it otherwise.
    phases as (
        select c.people, x.phase, x.began, x.ended, c.case_ref,
            coalesce(london_day(c.closed_at), london_day(c.archived_at), today) as left_on,
            case when x.ended is not null then 'next' when c.closed_at is not null then 'closed'
                when c.archived_at is not null then 'archived' else 'running' end as how
        from cases c cross join lateral (values
            ('listed', c.listing_date, london_day(c.evidence_at)),
            ('gathering', london_day(c.evidence_at), london_day(c.representation_at)),
            ('representation', london_day(c.representation_at), london_day(c.decision_at)),
            ('decision', london_day(c.decision_at), london_day(c.signed_at))) x (phase, began, ended)
        where c.drawn_at is not null and x.began is not null),
    -- On how many days of its decision's stage a family waited for security checks.
    checked as (
        select p.case_ref, sum(greatest(0, least(k.done, coalesce(p.ended, p.left_on)) - greatest(k.asked, p.began)))::int
            as days
        from phases p join (
            select s.case_ref, s.no, min(s.requested_on) as asked,
                max(case when s.done_on <= today then s.done_on else today end) as done
            from security_check s where s.requested_on <= today group by s.case_ref, s.no) k using (case_ref)
        where p.phase = 'decision' group by p.case_ref),
    spans as (
        select p.people, p.phase, p.how,
            -- Opened ahead of its listing date, a family is taken to have been listed when its evidence was asked for.
            case when p.how = 'running' and p.phase = 'listed' then p.left_on - p.began
                else greatest(0, coalesce(p.ended, p.left_on) - p.began) end as days,
            case when p.phase = 'decision' then coalesce(k.days, 0) else 0 end as checks, count(*) as n
        from phases p left join checked k on k.case_ref = p.case_ref and p.phase = 'decision' group by 1, 2, 3, 4, 5),
    waits as (
        -- That a family is held back because of one that the reader does not see is not told.
        select c.case_ref, c.people, exists (select from held_as_double h where h.case_ref = c.case_ref
            and (h.a is null or not exists (select from family f where f.case_ref in (h.a, h.b) and f.restricted)
                or in_restricted and (whole or (may_see(h.a) and may_see(h.b))))) as held
        from cases c where c.drawn_at is null),
    ends as (
        select london_day(c.signed_at) as on_day, 'next' as how from cases c where c.signed_at is not null
        union all
        select london_day(c.closed_at), 'closed' from cases c where c.closed_at is not null
        union all
        -- Also of those that were found since: each archive counts.
        select london_day(a.archived_at), 'archived' from cases c join archive a using (case_ref)
            where a.archived_at <= as_of),
    weeks as (select generate_series(min(date_trunc('week', c.imported_at at time zone 'Europe/London')) + interval '1 week',
        date_trunc('week', as_of at time zone 'Europe/London') - interval '1 week', interval '1 week') as week from cases c),
    acts as (
        select c.kind, c.fields, o.business_at, c.chain_n from command c join command_outcome o on o.command_id = c.id
        where c.lane = in_lane and o.outcome = 'accepted' and o.business_at <= as_of)
    select jsonb_build_object('lane', in_lane, 'as_of', today,
        'capacity', (select (a.fields->>'capacity')::int from acts a where a.kind in ('backlog.start', 'backlog.capacity')
            order by a.business_at desc, a.chain_n desc limit 1),
        'paused', coalesce((select a.kind = 'backlog.pause' from acts a
            where a.kind in ('backlog.start', 'backlog.pause', 'backlog.resume')
            order by a.business_at desc, a.chain_n desc limit 1), false),
        'target', b.target, 'rule_set', (select r.body from operative_rule_set(in_lane, today) r),
        'waiting', (select coalesce(jsonb_agg(jsonb_build_object('people', x.people, 'families', x.n) order by x.people), '[]')
            from (select w.people, count(*) as n from waits w where not w.held group by 1) x),
        'held', (select count(*) from waits w where w.held),
        'archived', (select count(*) from cases c where c.archived_at is not null),
        'ahead', (select coalesce(jsonb_agg(x.n order by x.week), '[]') from (
            select k.week, count(p.case_ref) as n
            from generate_series(0, (select max(p.began - today - 1) / 7 from phases p
                where p.phase = 'listed' and p.how = 'running' and p.began > today)) k (week)
            left join phases p on p.phase = 'listed' and p.how = 'running' and p.began > today
                and (p.began - today - 1) / 7 = k.week group by 1) x),
        'arrivals', (select coalesce(jsonb_agg(x.n order by x.week), '[]') from (
            select w.week, count(c.case_ref) as n from weeks w
            left join cases c on date_trunc('week', c.imported_at at time zone 'Europe/London') = w.week group by 1) x),
        'spans', (select coalesce(jsonb_agg(jsonb_build_object('people', s.people, 'phase', s.phase, 'days', s.days,
            'checks', s.checks, 'end', s.how, 'families', s.n) order by s.phase, s.people, s.days, s.checks, s.how), '[]')
            from spans s),
        'ends', (select coalesce(jsonb_agg(jsonb_build_object('on', x.on_day, 'end', x.how, 'families', x.n)
            order by x.on_day, x.how), '[]')
            from (select e.on_day, e.how, count(*) as n from ends e group by 1, 2) x))
    into record_of_lane
    from backlog_lane b where b.lane = in_lane and b.started_at <= as_of;
    return record_of_lane;
end $$;
