-- Takes a review's row for the rest of the transaction, and tells which calendar is in force. Each statement here sees
-- what was committed before it: a version that came into force while the gate was waited for is seen. latest is the
-- latest instant at which something may happen now: five minutes after the programme's now, for clocks differ; null in a
-- synthetic database, whose reviews run ahead of it.
create or replace function lock_review(ref text, out locked text, out calendar text, out latest timestamptz) language plpgsql volatile as $$
begin
    perform keep_gate_open();
    select r.case_ref into locked from review r where r.case_ref = ref for update;
    calendar := calendar_in_force();
    latest := latest_instant();
end $$;
