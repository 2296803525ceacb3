-- Whether a calendar keeps a division's days.
create or replace function calendar_keeps(in_calendar text, in_division text) returns boolean
    language sql immutable as $$
    select case when in_division = 'england-and-wales' then in_calendar = 'england-and-wales'
                when in_division = 'scotland' then in_calendar like 'scotland%'
                else in_calendar like '%/' || in_division end
$$;
