-- Waits until no change of a case is under way that began under the calendar before. The caller bounds the wait
-- by lock_timeout and tries again: while it waits, others wait behind it.
create or replace function calendar_barrier() returns void language plpgsql volatile security definer
    set search_path = hame, pg_temp as $$
begin
    lock table calendar_gate in exclusive mode;
end $$;
