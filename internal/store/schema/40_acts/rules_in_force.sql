-- The rule sets that are in force on a day: of each lane the operative one, and of each name that for comparison.
create or replace function rules_in_force(in_day date) returns setof rule_set language sql stable as $$
    select distinct on (s.use, coalesce(s.lane, s.id)) s.*
    from rules_adoption a join rule_set s on s.hash = a.rule_set
    where a.from_day <= in_day
    order by s.use, coalesce(s.lane, s.id), a.from_day desc, a.no desc
$$;
