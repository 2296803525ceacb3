-- The rule set of a lane that is in force on a day.
create or replace function operative_rule_set(in_lane text, in_day date) returns setof rule_set
    language sql stable as $$
    select s.* from rules_adoption a join rule_set s on s.hash = a.rule_set
    where s.use = 'operative' and s.lane = in_lane and a.from_day <= in_day
    order by a.from_day desc, a.no desc limit 1
$$;
