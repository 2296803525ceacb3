-- Takes a review's row for the rest of the transaction, and tells which calendar is in force. Each statement here sees
-- what was committed before it: a version that came into force while the gate was waited for is seen. latest is the
-- latest instant at which something may happen now: five minutes after the programme's now, for clocks differ; null in
-- a synthetic database, whose reviews run ahead of it. apart is true if the review runs among those of restricted
-- families, moving while an open review runs in neither namespace.
create or replace function lock_review(ref text, out locked text, out calendar text, out latest timestamptz,
    out apart boolean, out moving boolean)
language plpgsql volatile as $$
declare
    is_open boolean;
begin
    perform keep_gate_open();
    select r.case_ref, r.apart, r.stage <> 'closed' into locked, apart, is_open from review r
        where r.case_ref = ref for update;
    calendar := calendar_in_force();
    latest := latest_instant();
    apart := coalesce(apart, false);
    moving := coalesce(is_open, false) and exists (select from review_to_move m where m.case_ref = ref and not m.started);
end $$;
