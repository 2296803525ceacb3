-- By how many days the cut-off day of a rule set is later here than it says. A synthetic programme begins when it is
-- made, and not on 1 March 2007: its cut-off days lie as far before its start as the real ones before that day.
create or replace function cut_off_shift() returns int language sql stable as $$
    select case when p.synthetic then coalesce((select min(london_day(l.started_at)) from backlog_lane l),
        business_today()) - date '2007-03-01' else 0 end
    from programme p
$$;
