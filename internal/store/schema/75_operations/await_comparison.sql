-- When a comparison began and ended. Its end is waited for in here, for as long as asked and five seconds at most.
create or replace function await_comparison(in_no bigint, in_seconds double precision, out began_at timestamptz,
    out finished_at timestamptz)
language plpgsql volatile security definer set search_path = hame, pg_temp as $$
declare
    until timestamptz := clock_timestamp() + make_interval(secs => least(in_seconds, 5));
begin
    if not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    loop
        select c.began_at, c.finished_at into began_at, finished_at from comparison c where c.no = in_no;
        exit when finished_at is not null or clock_timestamp() >= until;
        perform pg_sleep(0.02);
    end loop;
end $$;
