-- A rule set is in force by the acts of two persons, or because set-up began with it; a review has one that was adopted,
-- and while it is undecided the one in force on its lane, an hour after the worker could have seen that.
create or replace view breach_rules as
select 'four eyes' as rule, '' as case_ref,
       'rule set ' || a.rule_set || ' was adopted, and no two persons are on record for it' as detail
from rules_adoption a join rules_proposal q on q.no = a.proposal
where not exists (
    select from command f join command s on s.id = q.second_id and s.person = q.second_by
    where f.id = q.first_id and f.person = q.first_by and q.rule_set = a.rule_set and q.result = 'adopted'
      and person_key(f.person) <> person_key(s.person) and f.login <> s.login
      and f.kind = 'rules.propose' and f.fields->>'rule_set' = a.rule_set
      and s.kind = 'rules.adopt' and s.fields->>'rule_set' = a.rule_set and (s.fields->>'from')::date = a.from_day
      and (select count(*) from command_outcome o where o.command_id in (f.id, s.id) and o.outcome = 'accepted') = 2)
union all
select 'four eyes', '', 'rule set ' || a.rule_set || ' is in force beside another that was there before, and nobody adopted it'
from rules_adoption a join rule_set s on s.hash = a.rule_set
where a.proposal is null and exists (
    select from rules_adoption b join rule_set x on x.hash = b.rule_set
    where b.no < a.no and b.proposal is not null and x.use = s.use and coalesce(x.lane, x.id) = coalesce(s.lane, s.id))
union all
select 'rules are adopted', r.case_ref, 'it has rule set ' || r.rule_set || ', which nobody adopted'
from review r
where not exists (select from rules_adoption a where a.rule_set = r.rule_set)
union all
select 'rules are adopted', r.case_ref, 'it is undecided under rule set ' || r.rule_set || ', and ' || s.hash || ' is in force'
from (values ('legacy'), ('fast-track')) l (lane), operative_rule_set(l.lane, business_today()) s, review r
where r.lane = l.lane and r.rule_set <> s.hash and r.signed_on is null and r.stage <> 'closed' and r.stuck = ''
  and not exists (select from rules_adoption a where a.rule_set = s.hash
                  and a.recorded_at > clock_timestamp() - interval '1 hour')
union all
select 'rules are adopted', t.case_ref, 'what it took the place of, rule set ' || t.replaced || ', is not what it had before'
from rules_taken t join rules_taken b on b.case_ref = t.case_ref and b.no = t.no - 1
where t.replaced <> b.rule_set;
