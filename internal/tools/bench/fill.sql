-- A programme some way on, around families that were imported: of a hundred families five are closed, five under
-- review. The rows are shaped like a real review's; they are made by the administrator past the triggers, and mean
-- nothing.
set session_replication_role = replica;
set work_mem = '256MB';

create temp table reviewed as
select f.case_ref, f.council, row_number() over (order by f.case_ref) as n, count(*) over () as families from family f
where f.case_ref not in (select a from duplicate_candidate union all select b from duplicate_candidate);
delete from reviewed where n % 20 > 1;
alter table reviewed add open boolean, add owner text;
-- The office grows with the backlog: a caseworker has some sixty families. Morag has as many wherever there are enough.
update reviewed set open = n % 20 = 0;
update reviewed s set owner = case when k.k <= 60 then 'morag' else 'officer' || k.k / 60 end
    from (select case_ref, row_number() over (order by case_ref) as k from reviewed where open) k
        where k.case_ref = s.case_ref;
update reviewed set owner = 'hamish' where not open;
-- An owner who is not on the staff has left, and the dispatcher would see to each such case.
insert into staff (login, person, role) select distinct owner, owner, 'caseworker' from reviewed
    where owner like 'officer%';

insert into listing (case_ref, lane, drawn_at, listing_date, why)
select case_ref, 'legacy', now() - interval '400 days', current_date - 360, 'longest_resident' from reviewed;
-- The coming weeks are full but for the last, so that a draw adds one week.
insert into listing (case_ref, lane, drawn_at, listing_date, why)
select f.case_ref, 'legacy', now() - interval '3 days',
       current_date + case when extract(isodow from current_date) > 5 then 8 - extract(isodow from current_date)::int
           else 0 end + 7 * (f.n / f.week)::int, 'longest_resident'
from (select f.case_ref, row_number() over (order by f.family_key) - 1 as n,
    least(1000, greatest(1, (select count(*) from family) / 110)) as week
      from family f where f.case_ref not in (select s.case_ref from reviewed s)
        and f.case_ref not in (select a from duplicate_candidate union all select b from duplicate_candidate)) f
where f.n < 6 * f.week;
insert into review (case_ref, stage, lane, rule_set, opened_at, listing_date, priority, owner, reconciled_on,
    triaged_on, revision, signed_on, rollup, closed_at)
select case_ref, case when open then 'evidence' else 'closed' end, 'legacy',
    (select hash from rule_set where use = 'operative' and lane = 'legacy' limit 1),
       now() - interval '400 days', current_date - 360, 3, owner, current_date - 380, current_date - 370, 30,
       case when not open then current_date - 60 end, case when not open then 'ALL_GRANTED' end,
           case when not open then now() - interval '20 days' end
from reviewed;
insert into review (case_ref, stage, lane, rule_set, opened_at, listing_date)
select l.case_ref, 'listed', 'legacy', (select hash from rule_set where use = 'operative' and lane = 'legacy' limit 1),
    l.drawn_at, l.listing_date
from listing l left join review r using (case_ref) where r.case_ref is null;
insert into stage_entry (case_ref, stage, opened_at, closed_at)
select s.case_ref, x.stage, now() - interval '300 days', case when not s.open then now() - interval '30 days' end
from reviewed s, unnest(array['listed', 'evidence', 'welfare', 'representation', 'decision', 'service', 'closed']) with
    ordinality x (stage, i) where not s.open or x.i <= 3;
-- A closed review had thirty tasks; an open one has had twelve, and has eight.
insert into task (case_ref, kind, subject, stage, awaiting, owed_by, began, days, unit, calendar, due_on, provisional,
    opened_at, next_rung, next_at, closed_at, attested_on, result)
select s.case_ref, 'evidence.school', 100 + k, 'evidence', 'school', 'school', current_date - 300, 20, 'working',
    'scotland-schools', current_date - 270, false,
       now() - interval '300 days', 'reminder', now() - interval '280 days', now() - interval '290 days',
           current_date - 290, 'complete'
from reviewed s, generate_series(1, case when s.open then 12 else 30 end) k;
insert into task (case_ref, kind, subject, stage, awaiting, owed_by, began, days, unit, calendar, due_on, provisional,
    opened_at, next_rung, next_at)
select s.case_ref, x.kind, 0, x.stage, x.awaiting, x.awaiting, current_date - 10, 28, 'calendar', 'scotland',
    current_date + (10 + hashtext(s.case_ref || x.kind) % 10), false,
       now() - interval '10 days', 'reminder', now() + ((10 + hashtext(s.case_ref || x.kind) % 10) || ' days')::interval
from reviewed s, (values ('evidence.gp', 'evidence', 'gp'), ('evidence.social_work', 'evidence', 'social_work'),
    ('evidence.scra', 'evidence', 'scra'),
    ('evidence.housing', 'evidence', 'housing'), ('evidence.contact', 'evidence', 'caseworker'),
        ('evidence.questionnaire', 'evidence', 'family'),
    ('welfare.report', 'welfare', 'lead_professional'), ('hold.review', 'closed', 'senior_caseworker')) x (kind, stage,
        awaiting)
where s.open and (x.kind <> 'hold.review' or s.n % 400 = 0);
insert into task (case_ref, kind, subject, stage, awaiting, owed_by, began, days, unit, calendar, due_on, provisional,
    opened_at, next_rung, next_at)
select r.case_ref, 'listed.reconcile', 0, 'listed', 'caseworker', 'caseworker', current_date - 3, 20, 'working',
    'england-and-wales', current_date + 20, false,
       now() - interval '3 days', 'reminder', now() + interval '10 days' from review r where r.stage = 'listed';
insert into rung (task_id, kind, no, on_at, acted_at, effect)
select t.id, 'reminder', 0, t.next_at, t.next_at, '' from task t where t.closed_at is not null and t.subject % 3 = 0;
insert into letter (case_ref, no, kind, created_at) select s.case_ref, 1, 'opening', now() - interval '300 days'
    from reviewed s;
insert into letter_sent (case_ref, no, to_whom, by_how, sent_on, command_id) select s.case_ref, 1, 'family', 'post',
    current_date - 290, gen_random_uuid() from reviewed s;
insert into evidence (case_ref, no, provider, person_no, result, received_on, command_id)
select s.case_ref, k, 'school', 0, 'complete', current_date - 290, gen_random_uuid() from reviewed s,
    generate_series(1, 8) k;
insert into decision (case_ref, no, proposal_no, author, second_due, signed_on, signed_at, rollup, rule_set)
select r.case_ref, 1, 1, 'ewan', 'no', r.signed_on, r.closed_at, 'ALL_GRANTED', r.rule_set from review r
    where r.stage = 'closed';
insert into decision_outcome (case_ref, decision_no, person_no, outcome, served_on, served_how, proof, status_issued_on)
select p.case_ref, 1, p.no, 'GRANT_ILR', current_date - 40, 'hand', 'signature', current_date - 30 from decision d
    join person p using (case_ref);
insert into officer (case_ref, person, part) select d.case_ref, 'ewan', 'proposal_author' from decision d;
insert into recommendation (case_ref, revision, rule_set, made_at, body) select d.case_ref, 20, d.rule_set, d.signed_at,
    '{"people": []}' from decision d;
insert into command (id, case_ref, kind, attested_on, login, person, recorded_at, chain_n, chain_hash)
select gen_random_uuid(), s.case_ref, 'evidence.receive', current_date - 290, 'morag', 'morag',
    now() - interval '290 days', 2 * k - 1, sha256('')
from reviewed s, generate_series(1, 30) k;
insert into command_outcome (command_id, outcome, revision, business_at, chain_n, chain_hash)
select c.id, 'accepted', c.chain_n / 2, c.recorded_at, c.chain_n + 1, sha256('') from command c
    join reviewed s using (case_ref);
insert into chain_head (subject, n, hash) select case_ref, 60, sha256('') from reviewed;
insert into case_read (case_ref, login, person, what, in_transaction, chain_n, chain_hash)
select s.case_ref, 'morag', 'morag', 'case', pg_current_xact_id(), k, sha256('') from reviewed s,
    generate_series(1, 10) k;
insert into backlog_lane (lane, started_at, capacity) values ('legacy', now() - interval '1 year', 10);
drop table reviewed;
reset session_replication_role;
reset work_mem;
analyze;
