-- A review as the facts have it, null if there is none. people is for its thresholds, and goes no further than the
-- program that asks.
create or replace function review_state(ref text) returns jsonb language plpgsql stable as $$
begin
    return (
        select jsonb_build_object(
            'case', r.case_ref, 'lane', r.lane, 'council', f.council,
            'moved_to', coalesce((select m.to_council from council_move m where m.case_ref = r.case_ref
                and m.result = 'accepted' order by m.no desc limit 1), ''), 'rule_set', r.rule_set,
            'drawn_at', l.drawn_at, 'listing_date', l.listing_date, 'stage', r.stage, 'revision', r.revision,
            'ready', r.owner is not null and r.reconciled_on is not null and r.triaged_on is not null,
            'signed', r.signed_on is not null, 'stuck', r.stuck, 'recovered', r.recovered,
            'archived', exists (select from archive a where a.case_ref = r.case_ref and a.until is null),
            'over', r.signed_on is null and nobody_left(r.case_ref),
            'held', exists (select from hold h where h.case_ref = r.case_ref and h.ended_on is null),
            'opened', (select jsonb_agg(e.stage) from stage_entry e where e.case_ref = r.case_ref
                and e.void_at is null),
            'struck', exists (select from strike s where s.case_ref = r.case_ref and s.result = 'struck'),
            'tasks', (select jsonb_agg(jsonb_build_object(
                    'kind', t.kind, 'subject', t.subject, 'stage', t.stage, 'awaiting', t.awaiting, 'due_on', t.due_on,
                    'next', jsonb_build_object('kind', t.next_rung, 'no', t.next_no, 'at', t.next_at),
                    'overdue', t.overdue, 'escalated', t.escalated, 'provisional', t.provisional) order by t.id)
                from task t where t.case_ref = r.case_ref and t.closed_at is null),
            'people', case when r.stage <> 'closed' then threshold_days(r.case_ref) end)
        from review r join listing l using (case_ref) join family f using (case_ref)
        where r.case_ref = ref);
end $$;
