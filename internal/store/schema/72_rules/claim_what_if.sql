-- Gives the worker a question to answer: what another rule set would say. No row where none waits. The claim of a worker
-- that died lapses, and the next one begins anew.
create or replace function claim_what_if() returns setof what_if language sql volatile security definer
    set search_path = hame, pg_temp as $$
    update what_if set claimed_until = clock_timestamp() + interval '2 minutes', done = 0,
        files = (select count(*) from family)
    where no = (select w.no from what_if w where w.finished_at is null and w.claimed_until <= clock_timestamp()
                order by w.no limit 1 for update skip locked)
    returning *
$$;
