-- Gives back an act that its worker had no time to deliver.
create or replace function release_undelivered(in_id uuid) returns void language sql volatile security definer
    set search_path = hame, pg_temp as $$
    update undelivered set claimed_until = '-infinity' where command_id = in_id
$$;
