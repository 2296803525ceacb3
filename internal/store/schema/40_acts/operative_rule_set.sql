-- The rule set of a lane that is in force on a day: the latest of those whose day has come.
create or replace function operative_rule_set(in_lane text, in_day date) returns setof rule_set
    language sql stable as $$
    select * from rule_set r where r.use = 'operative' and r.lane = in_lane and r.in_force_from <= in_day
    order by r.in_force_from desc, r.recorded_at desc limit 1
$$;
