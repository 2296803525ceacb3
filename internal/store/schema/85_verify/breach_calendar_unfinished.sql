-- A change of the calendars has moved every deadline that depends on it within a day.
create or replace view breach_calendar_unfinished as
select 'deadlines follow the calendars' as rule, '' as case_ref,
       'change ' || a.no || ' of the calendars is not finished: of ' || count(c.case_ref) || ' cases, '
           || count(c.seen_at) || ' were seen to' as detail
from calendar_application a join command_outcome o on o.command_id = a.command_id left
    join calendar_case c on c.application = a.no
where a.finished_at is null and o.recorded_at < clock_timestamp() - interval '1 day'
group by a.no;
