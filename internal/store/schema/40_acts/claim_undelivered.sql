-- Strikes the acts that the worker has delivered, notes that a worker is here, and gives it others to deliver: of each
-- case, lane or office the act recorded first, and nothing else of it meanwhile. A case.recover may overtake acts that
-- could not be delivered. Nothing is delivered to a review that is
-- being moved to another namespace, until the act is old enough to be given up.
--
-- Logins take turns, and none has more than eight acts under way. Within a login, acts that failed less often come
-- first, and at most four of the eight are ones that have failed: a login whose acts hang still has its new acts
-- delivered [D].  waiting_since is when an act was recorded, or since when workers have been here without a break of a
-- minute, whichever is later: by it an act is given up.
create or replace function claim_undelivered(in_delivered uuid[], in_at_most int)
    returns table (id uuid, case_ref text, lane text, office text, kind text, subject_no int, fields jsonb,
        recorded_at timestamptz,
                   waiting_since timestamptz, answered boolean, apart boolean)
language plpgsql volatile security definer set search_path = hame, pg_temp as $$
declare
    at timestamptz := clock_timestamp();
begin
    if cardinality(in_delivered) > 0 then
        delete from undelivered u where u.command_id = any (in_delivered);
    end if;
    update worker_seen w set seen_at = at, since = case when w.since is null or w.seen_at < at - interval '1 minute'
        then at else w.since end
        where w.seen_at is null or w.seen_at < at - interval '10 seconds';
    if in_at_most <= 0 or not exists (select from undelivered u where u.claimed_until <= at and u.retry_at <= at) then
        return;
    end if;
    return query
    with turns as (
        select u.command_id, u.recorded_at, u.failed, u.claimed_until <= at as free,
               row_number() over (partition by u.login order by u.claimed_until <= at, u.failed, u.recorded_at) as turn,
               row_number() over (partition by u.login, u.failed > 0 order by u.claimed_until <= at, u.failed,
                   u.recorded_at) as turn_again
        from undelivered u
        where (u.claimed_until > at or u.retry_at <= at)
          and not exists (select from undelivered e where e.subject = u.subject and e.chain_n < u.chain_n
                          and (u.kind <> 'case.recover' or e.failed = 0))
          and (u.recorded_at < at - interval '1 hour'
               or not exists (select from review_to_move m where m.case_ref = u.subject and not m.started))),
    chosen as (
        select t.command_id from turns t where t.free and t.turn <= 8 and (t.failed = 0 or t.turn_again <= 4)
        order by t.turn, t.recorded_at limit in_at_most),
    taken as (
        select u.command_id from undelivered u join chosen using (command_id)
            where u.claimed_until <= at for update of u skip locked),
    claimed as (
        update undelivered u set claimed_until = at + interval '30 seconds', why = '' from taken
            where u.command_id = taken.command_id returning u.command_id)
    select c.id, coalesce(c.case_ref, ''), coalesce(c.lane, ''), coalesce(c.office, ''), c.kind, c.subject_no, c.fields,
        c.recorded_at,
           greatest(c.recorded_at, w.since), exists (select from command_outcome o where o.command_id = c.id),
           coalesce(r.apart, f.restricted, false)
    from claimed join command c on c.id = claimed.command_id cross join worker_seen w
        left join family f on f.case_ref = c.case_ref left join review r on r.case_ref = c.case_ref
    order by c.recorded_at;
end $$;
