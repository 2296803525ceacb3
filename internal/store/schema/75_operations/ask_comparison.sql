-- Asks the worker to compare record and Temporal, and returns the number of the comparison. One that was asked for and
-- has not begun is not asked for twice.
create or replace function ask_comparison() returns bigint language plpgsql volatile security definer
    set search_path = hame, pg_temp as $$
declare
    asked bigint;
begin
    if not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    select no into asked from comparison where began_at is null order by no limit 1;
    if asked is null then
        insert into comparison (asked_by) values (session_user) returning no into asked;
    end if;
    return asked;
end $$;
