-- An act is struck by its author on the same day, or by two officers, each by an accepted act of their own.
create or replace view breach_struck_by_one as
select 'four eyes' as rule, k.case_ref, format('act %s was struck: %s', t.chain_n, w.wrong) as detail
from strike k left join command t on t.id = k.command_id
cross join lateral (select wrong_of_strike(k) as wrong) w
where w.wrong <> ''
union all
select 'four eyes', k.case_ref, format('act %s was struck by an act that was not done', t.chain_n)
from strike k join command t on t.id = k.command_id
where k.result = 'struck' and not exists (select from command_outcome o
    where o.command_id = coalesce(k.second_id, k.first_id) and o.outcome in ('accepted', 'filed'));
