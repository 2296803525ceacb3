-- +goose Up
-- Figures and checks: each a query over recorded facts, never a number typed in (C3, C5).

-- +goose StatementBegin
-- Where the programme stands. decided, closed and open add up to families:
-- a case counts as decided when its decision has been carried out, not when it
-- was signed (C7); milestones has the others.
create function programme_report() returns jsonb language plpgsql stable security definer set search_path = hame as $$
declare
    report jsonb;
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'senior_caseworker', 'auditor') then
        raise exception '% may not read the programme''s figures', session_user using errcode = 'insufficient_privilege';
    end if;
    with cases as (
        select f.case_ref, f.lane, coalesce(r.stage, 'unlisted') as stage, r.rollup, r.signed_on, l.listing_date,
               (select max(o.served_on) from decision_outcome o where o.case_ref = f.case_ref having bool_and(o.served_on is not null)) as served_on,
               exists (select from duplicate_candidate d where f.case_ref in (d.a, d.b) and d.resolved_on is null) as held_back
        from family f left join review r using (case_ref) left join listing l using (case_ref)),
    dues as (
        select t.*, exists (select from rung x where x.task_id = t.id and x.kind = 'due' and x.effect in ('lapse', 'search_appeal')) as lapsed,
               exists (select from rung x where x.task_id = t.id and x.kind = 'due' and x.effect not in ('lapse', 'search_appeal')) as passed,
               exists (select from rung x where x.task_id = t.id and x.kind = 'reminder') as was_reminded,
               exists (select from rung x where x.task_id = t.id and x.kind = 'escalation') as was_escalated
        from task t)
    select jsonb_build_object(
        'at', business_now(), 'synthetic', (select synthetic from programme),
        'families', (select count(*) from cases), 'people', (select count(*) from person),
        'decided', (select count(*) from cases where stage = 'closed' and rollup is not null),
        'closed', (select count(*) from cases where stage = 'closed' and rollup is null),
        'open', (select count(*) from cases where stage <> 'closed'),
        'decided_by_outcome', (select coalesce(jsonb_object_agg(rollup, n), '{}') from (
            select rollup, count(*) as n from cases where stage = 'closed' and rollup is not null group by 1) x),
        'open_by_stage', (select coalesce(jsonb_object_agg(stage, n), '{}') from (
            select stage, count(*) as n from cases where stage <> 'closed' group by 1) x),
        'held_back_as_duplicates', (select count(*) from cases where stage = 'unlisted' and held_back),
        'milestones', (select jsonb_build_object('signed', count(*) filter (where signed_on is not null),
            'served', count(*) filter (where served_on is not null),
            'carried_out', count(*) filter (where stage = 'closed' and rollup is not null)) from cases),
        'people_by_outcome', (select coalesce(jsonb_object_agg(outcome, n), '{}') from (
            select outcome, count(*) as n from decision_outcome group by 1) x),
        'deadlines', (select jsonb_build_object(
            'set', count(*), 'kept', count(*) filter (where closed_at is not null and attested_on <= due_on),
            'missed', count(*) filter (where passed and not coalesce(attested_on <= due_on, false)),
            'windows_ended', count(*) filter (where lapsed), 'reminded', count(*) filter (where was_reminded),
            'escalated', count(*) filter (where was_escalated)) from dues),
        'days_listing_to_service', (select jsonb_build_object('cases', count(*),
            'median', percentile_disc(0.5) within group (order by served_on - listing_date),
            'p90', percentile_disc(0.9) within group (order by served_on - listing_date),
            'longest', max(served_on - listing_date)) from cases where served_on is not null),
        'acts', (select coalesce(jsonb_object_agg(x.became, x.n), '{}') from (
            select coalesce(o.outcome, 'undelivered') as became, count(*) as n
            from command c left join command_outcome o on o.command_id = c.id group by 1) x),
        'lanes', (select coalesce(jsonb_agg(to_jsonb(b)), '[]') from backlog_lane b))
    into report;
    return report;
end $$;

-- What breaks an invariant of the record, one row each: the rule, the case, what is wrong.
create function verify_record() returns table (rule text, case_ref text, detail text) language plpgsql stable security definer set search_path = hame as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
    select 'people decide', d.case_ref, 'a refusal without a second officer'
        from decision d where (d.second is null or d.second = d.author)
          and (d.rollup <> 'ALL_GRANTED' or exists (select from decision_outcome o where o.case_ref = d.case_ref and o.outcome not like 'GRANT%'))
    union all
    select 'people decide', d.case_ref, 'a decision without the command that proposed it' from decision d
        join proposal p on p.case_ref = d.case_ref and p.no = d.proposal_no
        where not exists (select from command_outcome o where o.command_id = p.command_id and o.outcome = 'accepted')
    union all
    select 'every child is seen', o.case_ref, 'person ' || p.no || ' was decided with neither a signed check nor a waiver'
        from decision_outcome o join person p on p.case_ref = o.case_ref and p.no = o.person_no
        where p.child_when_listed
          and not exists (select from welfare_check w where w.case_ref = p.case_ref and w.person_no = p.no and w.signed_on is not null)
          and not exists (select from welfare_waiver v where v.case_ref = p.case_ref and v.person_no = p.no and o.outcome like 'GRANT%')
    union all
    select 'nothing is lost', coalesce(c.case_ref, c.lane), 'command ' || c.id || ' (' || c.kind || ') has no outcome'
        from command c left join command_outcome o on o.command_id = c.id
        where o.command_id is null and c.recorded_at < clock_timestamp() - interval '1 minute'
    union all
    select 'nothing is lost', b.subject, 'the chain breaks at link ' || b.n from broken_chains() b
    union all
    select 'an owner and a next date', r.case_ref, 'open at ' || r.stage || ' and nothing is awaited' from review r
        where r.stage <> 'closed' and r.stuck = '' and r.stage <> 'listed'
          and not exists (select from task t where t.case_ref = r.case_ref and t.closed_at is null)
    union all
    select 'an owner and a next date', r.case_ref, 'stuck: ' || r.stuck from review r where r.stuck <> ''
    union all
    select 'served before closed', r.case_ref, 'closed with person ' || o.person_no || ' not served' from review r
        join decision_outcome o using (case_ref) where r.stage = 'closed' and o.served_on is null
    union all
    select 'figures reconcile', '', 'decided, closed and open do not add up to the families' from (select programme_report() as j) x
        where (j->>'families')::int <> (j->>'decided')::int + (j->>'closed')::int + (j->>'open')::int;
end $$;

-- The open reviews and closed ones, for comparing with what runs in Temporal.
create function reviews_on_record() returns table (case_ref text, stage text, drawn boolean) language plpgsql stable security definer set search_path = hame as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query select l.case_ref, coalesce(r.stage, 'listed'), r.case_ref is null from listing l left join review r using (case_ref);
end $$;

-- +goose StatementEnd

-- +goose Down
