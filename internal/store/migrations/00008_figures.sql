-- +goose Up
-- Figures at a stated instant (C5, R7): what they rest on is kept with the
-- business instant at which it was recorded, so that the same question has the
-- same answer whenever it is asked.

-- When the family came in. imported_on is its day; a figure needs the instant.
alter table family add column imported_at timestamptz;
update family set imported_at = imported_on::timestamp at time zone 'Europe/London';

-- Lane and council of an unlisted family as they were before a later import.
create table family_was (
    case_ref text not null references family,
    until    timestamptz not null,
    lane     text not null,
    council  text not null
);
create index on family_was (case_ref, until);

-- Whose deadline it was when it was set; awaiting changes hands as it escalates.
alter table task add column owed_by text;
update task set owed_by = awaiting;
-- When an answer came for a deadline that was closed without one.
alter table task add column answered_at timestamptz;

-- +goose StatementBegin
create function stamp_import() returns trigger language plpgsql security definer set search_path = hame as $$
declare
    now timestamptz := business_now();
begin
    new.imported_at := case when (now at time zone 'Europe/London')::date = new.imported_on then now
                            else new.imported_on::timestamp at time zone 'Europe/London' end;
    return new;
end $$;

create function keep_family_was() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    insert into family_was (case_ref, until, lane, council) values (old.case_ref, business_now(), old.lane, old.council);
    return new;
end $$;

create function stamp_owed_by() returns trigger language plpgsql as $$
begin
    new.owed_by := new.awaiting;
    return new;
end $$;
-- +goose StatementEnd
create trigger stamp_import before insert on family for each row execute function stamp_import();
create trigger keep_was before update of lane, council on family for each row
    when (old.lane <> new.lane or old.council <> new.council) execute function keep_family_was();
create trigger insert_only before update or delete on family_was for each row execute function refuse_change();
create trigger stamp_owed_by before insert on task for each row execute function stamp_owed_by();
alter table family alter column imported_at set not null;
alter table task alter column owed_by set not null;

-- +goose StatementBegin
-- The figures at an instant, for each group of cases by lane, council and stage as
-- they then were, and for all of them. unlisted, under_review, decided, resolved
-- and closed add up to families. Nothing recorded later counts, whatever day is
-- attested for it.
create function figures(as_of timestamptz, by_lane boolean, by_council boolean, by_stage boolean) returns jsonb
language plpgsql stable security definer set search_path = hame as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'senior_caseworker', 'auditor') then
        raise exception '% may not read the programme''s figures', session_user using errcode = 'insufficient_privilege';
    end if;
    return (with was as (
        select distinct on (w.case_ref) w.case_ref, w.lane, w.council from family_was w where w.until > as_of order by w.case_ref, w.until),
    cases as (
        select f.case_ref, coalesce(l.lane, w.lane, f.lane) as lane, coalesce(w.council, f.council) as council, f.imported_at, l.drawn_at,
               d.signed_at, case when r.closed_at <= as_of then r.closed_at end as closed_at,
               case when l.case_ref is null then 'unlisted' when r.closed_at <= as_of then 'closed'
                    else coalesce((select e.stage from stage_entry e where e.case_ref = f.case_ref and e.opened_at <= as_of
                                     and (e.closed_at is null or e.closed_at > as_of)
                                   order by array_position(array['listed', 'evidence', 'welfare', 'representation', 'decision', 'service'], e.stage) limit 1), 'listed')
               end as stage
        from family f
        left join was w using (case_ref)
        left join listing l on l.case_ref = f.case_ref and l.drawn_at <= as_of
        left join review r on r.case_ref = f.case_ref and r.opened_at <= as_of
        left join decision d on d.case_ref = f.case_ref and d.signed_at <= as_of
        where f.imported_at <= as_of),
    timed as (
        select c.*, case when by_lane then c.lane else '' end as g_lane, case when by_council then c.council else '' end as g_council,
               case when by_stage then c.stage else '' end as g_stage,
               extract(day from signed_at - imported_at)::int as to_decision,
               case when signed_at is not null then extract(day from closed_at - imported_at)::int end as to_resolution,
               case when signed_at is null and closed_at is null then extract(day from as_of - imported_at)::int end as without_decision,
               case when closed_at is null then extract(day from as_of - imported_at)::int end as without_resolution
        from cases c),
    missed as (
        select t.g_lane, t.g_council, t.g_stage, k.owed_by, count(*) as n
        from task k join timed t using (case_ref)
        left join rung x on x.task_id = k.id and x.kind = 'due' and x.acted_at <= as_of
        where k.opened_at <= as_of and x.effect is distinct from 'lapse' and x.effect is distinct from 'search_appeal'
          and case when k.attested_on is not null and coalesce(k.answered_at, k.closed_at) <= as_of then k.attested_on > k.due_on else x.task_id is not null end
        group by grouping sets ((t.g_lane, t.g_council, t.g_stage, k.owed_by), (k.owed_by))),
    groups as (
        select grouping(g_lane) = 1 as total, g_lane, g_council, g_stage, count(*) as families,
            count(*) filter (where stage = 'unlisted') as unlisted,
            count(*) filter (where stage not in ('unlisted', 'closed') and signed_at is null) as under_review,
            count(*) filter (where stage <> 'closed' and signed_at is not null) as decided,
            count(*) filter (where stage = 'closed' and signed_at is not null) as resolved,
            count(*) filter (where stage = 'closed' and signed_at is null) as closed,
            jsonb_build_object('cases', count(to_decision), 'median', percentile_disc(0.5) within group (order by to_decision),
                'p90', percentile_disc(0.9) within group (order by to_decision), 'longest', max(to_decision)) as first_decision,
            jsonb_build_object('cases', count(to_resolution), 'median', percentile_disc(0.5) within group (order by to_resolution),
                'p90', percentile_disc(0.9) within group (order by to_resolution), 'longest', max(to_resolution)) as final_resolution,
            jsonb_build_object('cases', count(without_decision), 'median', percentile_disc(0.5) within group (order by without_decision),
                'p90', percentile_disc(0.9) within group (order by without_decision), 'longest', max(without_decision)) as without_decision,
            jsonb_build_object('cases', count(without_resolution), 'median', percentile_disc(0.5) within group (order by without_resolution),
                'p90', percentile_disc(0.9) within group (order by without_resolution), 'longest', max(without_resolution)) as without_resolution
        from timed group by grouping sets ((g_lane, g_council, g_stage), ()))
    select jsonb_build_object('as_of', as_of, 'synthetic', (select synthetic from programme),
        'groups', (select jsonb_agg(jsonb_build_object('total', g.total, 'lane', coalesce(g.g_lane, ''), 'council', coalesce(g.g_council, ''), 'stage', coalesce(g.g_stage, ''),
                'families', g.families, 'unlisted', g.unlisted, 'under_review', g.under_review, 'decided', g.decided, 'resolved', g.resolved, 'closed', g.closed,
                'first_decision', g.first_decision, 'final_resolution', g.final_resolution,
                'without_decision', g.without_decision, 'without_resolution', g.without_resolution,
                'missed', (select coalesce(jsonb_object_agg(m.owed_by, m.n), '{}') from missed m
                           where m.g_lane is not distinct from g.g_lane and m.g_council is not distinct from g.g_council and m.g_stage is not distinct from g.g_stage))
                order by g.total desc, g.g_lane, g.g_council, array_position(array['unlisted', 'listed', 'evidence', 'welfare', 'representation', 'decision', 'service', 'closed'], g.g_stage))
            from groups g),
        'lanes', (select coalesce(jsonb_agg(jsonb_build_object('lane', b.lane, 'waiting', (select count(*) from cases c where c.lane = b.lane and c.stage = 'unlisted'),
                'capacity', (select (c.fields->>'capacity')::int from command c join command_outcome o on o.command_id = c.id
                             where c.lane = b.lane and c.kind in ('backlog.start', 'backlog.capacity') and o.outcome = 'accepted' and o.business_at <= as_of
                             order by o.business_at desc, c.chain_n desc limit 1),
                'paused', (select c.kind = 'backlog.pause' from command c join command_outcome o on o.command_id = c.id
                           where c.lane = b.lane and c.kind in ('backlog.start', 'backlog.pause', 'backlog.resume') and o.outcome = 'accepted' and o.business_at <= as_of
                           order by o.business_at desc, c.chain_n desc limit 1),
                'rule_set', (select s.body from rule_set s where s.use = 'operative' and s.lane = b.lane and s.in_force_from <= (as_of at time zone 'Europe/London')::date
                             order by s.in_force_from desc, s.recorded_at desc limit 1)) order by b.lane), '[]')
            from (select x.lane from backlog_lane x where x.started_at <= as_of) b)));
end $$;

-- What the record alone can show to be broken (design.md, What must always be true).
create or replace function verify_record() returns table (rule text, case_ref text, detail text) language plpgsql stable security definer set search_path = hame as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query select b.* from (
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
    select 'nothing is lost', chain_subject(c), 'command ' || c.id || ' (' || c.kind || ') has no outcome'
        from command c left join command_outcome o on o.command_id = c.id
        where o.command_id is null and c.recorded_at < clock_timestamp() - interval '1 minute'
    union all
    select 'nothing is lost', x.subject, 'the chain breaks at link ' || x.n from broken_chains() x
    union all
    select 'nothing is lost', chain_subject(c), 'the text of command ' || c.id || ' is gone, and nobody is on record for erasing it'
        from command c join command_text t on t.command_id = c.id
        where t.body is null and not exists (select from command e join command_outcome o on o.command_id = e.id and o.outcome = 'accepted'
                                             where e.kind = 'text.erase' and e.fields->>'command' = c.id::text)
    union all
    select 'an owner and a next date', r.case_ref, 'open at ' || r.stage || ' and nothing is awaited' from review r
        where r.stage <> 'closed' and r.stuck = '' and r.stage <> 'listed'
          and not exists (select from task t where t.case_ref = r.case_ref and t.closed_at is null)
    union all
    select 'an owner and a next date', r.case_ref, 'stuck: ' || r.stuck from review r where r.stuck <> ''
    union all
    select 'an owner and a next date', d.case_ref, 'difference ' || d.no || ' of an import waits and no task stands for it'
        from import_difference d join import_batch i on i.id = d.batch
        where d.finding is null and i.recorded_at < clock_timestamp() - interval '2 minutes'
          and not exists (select from task t where t.case_ref = d.case_ref and t.closed_at is null
                          and (t.kind = 'closed.arrival' or (t.kind = 'file.difference' and t.subject = d.no)))
    union all
    select 'an owner and a next date', h.case_ref, 'held (' || h.ground || ') and no review of the hold is awaited'
        from hold h join review r using (case_ref)
        where h.ended_on is null and r.stage <> 'closed'
          and not exists (select from task t where t.case_ref = h.case_ref and t.closed_at is null and t.kind = 'hold.review')
    union all
    select 'served before closed', r.case_ref, 'closed with person ' || o.person_no || ' not served' from review r
        join decision_outcome o using (case_ref) where r.stage = 'closed' and o.served_on is null
    union all
    select 'people decide', o.case_ref, 'person ' || o.person_no || ' has an outcome, and there is no such decision'
        from decision_outcome o where not exists (select from decision d where d.case_ref = o.case_ref)
    union all
    select 'people decide', o.case_ref, 'an outcome for person ' || o.person_no || ', who is not of the family'
        from decision_outcome o where not exists (select from person p where p.case_ref = o.case_ref and p.no = o.person_no)
    union all
    select 'people decide', d.case_ref, 'its author did not propose it' from decision d
        join proposal p on p.case_ref = d.case_ref and p.no = d.proposal_no join command c on c.id = p.command_id
        where c.person <> d.author or c.kind <> 'decision.propose'
    union all
    select 'people decide', d.case_ref, 'its second officer did not agree to it' from decision d
        where d.second is not null and not exists (select from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
                                                   where c.case_ref = d.case_ref and c.kind = 'decision.agree' and c.person = d.second)
    union all
    select 'nothing happens twice', t.case_ref, count(*) || ' open tasks of kind ' || t.kind || case when t.subject > 0 then '/' || t.subject else '' end
        from task t where t.closed_at is null group by t.case_ref, t.kind, t.subject having count(*) > 1
    union all
    select 'every rung acts', t.case_ref, t.next_rung || ' of ' || t.kind || case when t.subject > 0 then '/' || t.subject else '' end || ' was to act at '
            || to_char(t.next_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC, and has not'
        from task t join review r using (case_ref)
        where t.closed_at is null and r.stuck = '' and r.stage <> 'closed' and t.next_at < business_now() - interval '1 hour'
    union all
    select 'every rung acts', t.case_ref, 'the due rung of ' || t.kind || case when t.subject > 0 then '/' || t.subject else '' end || ' never acted, and a later one is next'
        from task t where t.closed_at is null and t.next_rung in ('escalation', 'diary')
          and not exists (select from rung x where x.task_id = t.id and x.kind = 'due')
    union all
    select 'figures reconcile', '', 'decided, closed and open do not add up to the families' from (select programme_report() as j) x
        where (j->>'families')::int <> (j->>'decided')::int + (j->>'closed')::int + (j->>'open')::int
    ) b (r, c, d)
    where session_user = 'hame_worker' or has_role('auditor') or not exists (select from family f where f.case_ref = b.c) or may_see(b.c);
end $$;
-- +goose StatementEnd

-- +goose Down
