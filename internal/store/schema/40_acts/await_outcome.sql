-- Waits, five seconds at most, until the worker has finished with one of the login's own commands. Returns at once if
-- the case's review was found not to run (why).
create or replace function await_outcome(in_id uuid, in_seconds double precision)
    returns table (case_ref text, kind text, outcome text, detail jsonb, revision int, answered boolean, why text)
language plpgsql volatile security definer set search_path = hame, pg_temp as $$
declare
    begun timestamptz := clock_timestamp();
    passed double precision := 0;
begin
    if not exists (select from command c where c.id = in_id and c.login = session_user) then
        return;
    end if;
    while passed < least(in_seconds, 5) and exists (select from undelivered u where u.command_id = in_id
        and u.why = '') loop
        perform pg_sleep(case when passed < 0.5 then 0.004 else 0.025 end);
        passed := extract(epoch from clock_timestamp() - begun);
    end loop;
    return query select m.*, u.command_id is null, coalesce(u.why, '') from my_command(in_id) m left
        join undelivered u on u.command_id = in_id;
end $$;
