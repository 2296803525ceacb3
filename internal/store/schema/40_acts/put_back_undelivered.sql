-- Gives back an act that could not be delivered, to be taken again later: after a second, two, four, at last half a
-- minute.
create or replace function put_back_undelivered(in_id uuid, in_why text) returns void
    language sql volatile security definer set search_path = hame, pg_temp as $$
    update undelivered set claimed_until = '-infinity', failed = failed + 1, why = in_why,
           retry_at = clock_timestamp() + least(interval '1 second' * (2 ^ least(failed, 5)), interval '30 seconds')
    where command_id = in_id
$$;
