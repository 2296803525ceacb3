-- Every link of every chain. The reads of a case stand in a chain of their own, so that reading never waits for an act.
create or replace view chain_link as
select chain_subject(c) as subject, c.chain_n as n, c.chain_hash as hash, chain_content(c) as content from command c
union all
select chain_subject(c), o.chain_n, o.chain_hash, chain_content(o)
from command_outcome o join command c on c.id = o.command_id
union all
select 'staff', e.chain_n, e.chain_hash, chain_content(e) from staff_event e
union all
select 'reads of ' || r.case_ref, r.chain_n, r.chain_hash, chain_content(r) from case_read r
union all
select m.other_ref, m.chain_n, m.chain_hash, chain_content(m) from file_merge m
union all
select u.other_ref, u.chain_n, u.chain_hash, chain_content(u) from file_unmerge u;
