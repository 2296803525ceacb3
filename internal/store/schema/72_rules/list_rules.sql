-- The rule sets on record, with what became of each: in_force, coming (its day has not come), proposed (it waits for
-- a second officer), former (it was in force), dropped (its proposal was replaced, or lapsed), or on_file (the program
-- brought it, and nobody proposed it). taken and waiting count, of an operative set that is in force, the undecided reviews
-- that have it and those of its lane that still have another, but for restricted families.
-- A set is no secret of any member of staff.
create or replace function list_rules() returns table (hash text, id text, use text, lane text, in_force_from date,
    state text, from_day date, proposed_by text, proposed_on date, adopted_by text, adopted_at timestamptz,
    taken int, waiting int, body text)
    language sql stable security definer set search_path = hame, pg_temp as $$
    select s.hash, s.id, s.use, s.lane, s.in_force_from,
           case when s.hash in (select f.hash from rules_in_force(business_today()) f) then 'in_force'
                when a.from_day > business_today() then 'coming'
                when q.no is not null and q.settled_on is null and q.proposed_on >= business_today()
                    - limit_days('rules_proposal') then 'proposed'
                when a.no is not null then 'former'
                when q.no is not null then 'dropped'
                else 'on_file' end,
           a.from_day, q.first_by, q.proposed_on, q.second_by, a.adopted_at,
           v.taken, v.waiting, s.body
    from rule_set s
    left join lateral (select * from rules_adoption x where x.rule_set = s.hash order by x.no desc limit 1) a on true
    left join lateral (select * from rules_proposal x where x.rule_set = s.hash order by x.no desc limit 1) q on true
    left join lateral (
        select count(*) filter (where r.rule_set = s.hash)::int as taken,
               count(*) filter (where r.rule_set <> s.hash)::int as waiting
        from review r join family f using (case_ref)
        where r.lane = s.lane and r.signed_on is null and r.stage <> 'closed' and not f.restricted
          and s.hash in (select o.hash from operative_rule_set(s.lane, business_today()) o)) v on s.use = 'operative'
    where exists (select from my_roles())
    order by s.use desc, s.lane, s.id, s.in_force_from, s.recorded_at
$$;
