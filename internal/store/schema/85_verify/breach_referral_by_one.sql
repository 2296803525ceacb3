-- A person whom the police had referred when a decision was proposed is decided by two, after a senior caseworker has
-- looked into it. A referral that came later, by a check that was asked for again, is looked into before a correction.
create or replace view breach_referral_by_one as
with of_person as (
    select s.case_ref, s.person_no, count(*) as referrals,
           (select count(*) from not_looked_into n
            where n.case_ref = s.case_ref and n.person_no = s.person_no and n.about = 'security_check') as waiting
    from security_check s where s.result = 'refer' group by s.case_ref, s.person_no),
at_proposal as (
    select d.case_ref, d.second, r.referrals - later.n as referrals, r.waiting - later.n as waiting
    from of_person r join decision d using (case_ref)
    join proposal p on p.case_ref = d.case_ref and p.no = d.proposal_no left join command c on c.id = p.command_id
    cross join lateral (
        select count(*) as n from command k join command_outcome o on o.command_id = k.id and o.outcome = 'accepted'
        where k.case_ref = d.case_ref and k.kind = 'check.record' and k.subject_no = r.person_no
          and k.fields->>'result' = 'refer' and k.chain_n > c.chain_n and not is_struck(k.id)) later)
select distinct 'four eyes' as rule, a.case_ref, 'decided by one after a referral by the police' as detail
from at_proposal a where a.second is null and a.referrals > 0
union all
select distinct 'four eyes', a.case_ref, 'decided before a referral by the police was looked into'
from at_proposal a where a.waiting > 0;
