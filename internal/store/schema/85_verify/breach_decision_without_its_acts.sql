-- Every decision rests on the acts of the people who took it, in this order: its author proposed it, then its second
-- officer agreed to it, then it was signed. Each of these acts was accepted, and act and outcome are links of the
-- case's chain.
create or replace view breach_decision_without_its_acts as
with done as not materialized (
    select c.id, c.case_ref, c.kind, c.person, c.chain_n, o.chain_n as outcome_n, o.business_at
    from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
        join chain_head h on h.subject = c.case_ref
    where c.kind in ('decision.propose', 'decision.correct', 'decision.remake', 'decision.agree') and c.chain_n between 1 and h.n
        and o.chain_n between c.chain_n + 1 and h.n),
signed as (
    select d.case_ref, d.no, d.author, d.second, d.signed_at, p.command_id from decision d
        join proposal p on p.case_ref = d.case_ref and p.no = d.proposal_no)
select 'people decide' as rule, s.case_ref, 'a decision without the command that proposed it' as detail
from signed s
where not exists (select from done a where a.id = s.command_id and a.case_ref = s.case_ref)
union all
select 'people decide', s.case_ref, 'its author did not propose it'
from signed s join command c on c.id = s.command_id
where c.person <> s.author or c.kind not in ('decision.propose', 'decision.correct', 'decision.remake')
union all
select 'people decide', s.case_ref, 'its second officer did not agree to it'
from signed s
where s.second is not null
  and not exists (select from done a where a.case_ref = s.case_ref and a.kind = 'decision.agree'
      and a.person = s.second)
union all
select 'people decide', s.case_ref, 'its second officer agreed to it before it was proposed'
from signed s join done p on p.id = s.command_id
where exists (select from done a where a.case_ref = s.case_ref and a.kind = 'decision.agree' and a.person = s.second)
  and not exists (select from done a where a.case_ref = s.case_ref and a.kind = 'decision.agree' and a.person = s.second
                  and a.chain_n > p.chain_n and a.outcome_n > p.outcome_n)
union all
select 'people decide', s.case_ref, 'it was signed before it was proposed' || case when s.second is null then ''
    else ' and agreed to' end
from signed s join done p on p.id = s.command_id
where s.signed_at < p.business_at
   or s.second is not null
      and s.signed_at < (select min(a.business_at) from done a where a.case_ref = s.case_ref
          and a.kind = 'decision.agree' and a.person = s.second
                         and a.chain_n > p.chain_n and a.outcome_n > p.outcome_n);
