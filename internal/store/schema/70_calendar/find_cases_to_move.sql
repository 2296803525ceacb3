-- Finds the cases of which a deadline may depend on a day that changed since its version came into force, once for an
-- application, and tells how many there are. Some of them may turn out not to move. Of what was closed because its time
-- had passed, or after its last day, the last days are looked at: a holiday that is announced late may give a day back.
create or replace function find_cases_to_move(in_application bigint) returns int
    language plpgsql volatile security definer set search_path = hame, pg_temp as $$
declare
    looked_back date := business_today() - limit_days('calendar_looks_back');
begin
    if not exists (select from calendar_case c where c.application = in_application) then
        insert into calendar_case (application, case_ref)
        with since as (
            select v.version, d.division, d.day, d.change
            from calendar_version v
            join lateral (select max(a.no) as no from calendar_application a where a.version = v.version) f on true
            join calendar_change d on d.application > f.no and d.application <= in_application)
        select in_application, x.case_ref from (
            select t.case_ref from task t join since d on d.version = t.calendar_version
                and calendar_keeps(t.calendar, d.division)
            where t.unit = 'working'
              and (t.closed_at is null or ((time_passed(t.result) or t.overdue) and t.due_on >= looked_back))
              and case when d.change in ('added', 'removed')
                  then d.day > t.began and (t.next_at is null or t.closed_at is not null
                                            or d.day <= london_day(t.next_at) or d.day <= t.due_on)
                  else (t.provisional or d.change = 'unpublished')
                       and extract(year from d.day) between extract(year from t.began)
                           and extract(year from coalesce(t.due_on, t.began)) end
            union
            select i.case_ref from interview i join since d on d.division = 'england-and-wales'
            where (i.answer_by >= looked_back or (i.answer_by is null and i.put_on is not null)) and d.day > i.put_on
              and not answered(i)
        ) x join review r using (case_ref)
        on conflict do nothing; -- an attempt that was given up may still be at it
    end if;
    return (select count(*) from calendar_case c where c.application = in_application);
end $$;
