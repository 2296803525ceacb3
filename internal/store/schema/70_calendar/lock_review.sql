-- Takes a review's row for the rest of the transaction, and tells which calendar is in force, and whether the review runs
-- apart, among those of restricted families. Each statement here sees
-- what was committed before it: a version that came into force while the gate was waited for is seen. latest is the
-- latest instant at which something may happen now: five minutes after the programme's now, for clocks differ; null in a
-- synthetic database, whose reviews run ahead of it.
create or replace function lock_review(ref text, out locked text, out calendar text, out latest timestamptz, out apart boolean) language plpgsql volatile as $$
begin
    perform keep_gate_open();
    select r.case_ref, r.apart into locked, apart from review r where r.case_ref = ref for update;
    calendar := calendar_in_force();
    latest := latest_instant();
end $$;
