-- For how many seconds no worker has looked for acts to deliver; null where none ever did.
create or replace function worker_away_for() returns double precision language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return (select extract(epoch from clock_timestamp() - w.seen_at) from worker_seen w);
end $$;
