-- Strikes the acts that the worker has delivered, notes that a worker is here, and gives it others to deliver: of each
-- case, lane or office the act recorded first, and nothing else of it meanwhile. A case.recover may overtake acts that
-- could not be delivered. Logins take turns, and none has more than eight acts under way.
create or replace function claim_undelivered(in_delivered uuid[], in_at_most int)
    returns table (id uuid, case_ref text, lane text, office text, kind text, subject_no int, fields jsonb, recorded_at timestamptz, answered boolean)
language plpgsql volatile security definer set search_path = hame, pg_temp as $$
declare
    at timestamptz := clock_timestamp();
begin
    if cardinality(in_delivered) > 0 then
        delete from undelivered u where u.command_id = any (in_delivered);
    end if;
    update worker_seen set seen_at = at where seen_at is null or seen_at < at - interval '10 seconds';
    if in_at_most <= 0 or not exists (select from undelivered u where u.claimed_until <= at and u.retry_at <= at) then
        return;
    end if;
    return query
    with turns as (
        select u.command_id, u.recorded_at, u.claimed_until <= at as free,
               row_number() over (partition by u.login order by u.claimed_until <= at, u.recorded_at) as turn
        from undelivered u
        where (u.claimed_until > at or u.retry_at <= at)
          and not exists (select from undelivered e where e.subject = u.subject and e.chain_n < u.chain_n
                          and (u.kind <> 'case.recover' or e.failed = 0))),
    chosen as (
        select t.command_id from turns t where t.free and t.turn <= 8 order by t.turn, t.recorded_at limit in_at_most),
    taken as (
        select u.command_id from undelivered u join chosen using (command_id) where u.claimed_until <= at for update of u skip locked),
    claimed as (
        update undelivered u set claimed_until = at + interval '30 seconds', why = '' from taken where u.command_id = taken.command_id returning u.command_id)
    select c.id, coalesce(c.case_ref, ''), coalesce(c.lane, ''), coalesce(c.office, ''), c.kind, c.subject_no, c.fields, c.recorded_at,
           exists (select from command_outcome o where o.command_id = c.id)
    from claimed join command c on c.id = claimed.command_id order by c.recorded_at;
end $$;
