-- Every decision rests on the acts of the people who took it: its author proposed it, its second officer agreed to it.
create or replace view breach_decision_without_its_acts as
select 'people decide' as rule, d.case_ref, 'a decision without the command that proposed it' as detail
from decision d join proposal p on p.case_ref = d.case_ref and p.no = d.proposal_no
where not exists (select from command_outcome o where o.command_id = p.command_id and o.outcome = 'accepted')
union all
select 'people decide', d.case_ref, 'its author did not propose it'
from decision d
join proposal p on p.case_ref = d.case_ref and p.no = d.proposal_no
join command c on c.id = p.command_id
where c.person <> d.author or c.kind <> 'decision.propose'
union all
select 'people decide', d.case_ref, 'its second officer did not agree to it'
from decision d
where d.second is not null
  and not exists (select from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
                  where c.case_ref = d.case_ref and c.kind = 'decision.agree' and c.person = d.second);
