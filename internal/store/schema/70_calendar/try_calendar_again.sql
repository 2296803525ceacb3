-- Asks the worker to try at once the deadlines that the last application could not move. It returns how often all cases
-- were gone through before.
create or replace function try_calendar_again() returns int language plpgsql volatile security definer
    set search_path = hame, pg_temp as $$
declare
    before int;
begin
    if not has_role('operations') then
        raise exception '% may not apply calendars', session_user using errcode = 'insufficient_privilege';
    end if;
    update calendar_application set asked_again = true
        where no = (select max(no) from calendar_application) and finished_at is null returning passes into before;
    return coalesce(before, 0);
end $$;
