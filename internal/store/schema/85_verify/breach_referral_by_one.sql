-- A person whom the police referred is decided by two, after a senior caseworker has looked into it.
create or replace view breach_referral_by_one as
select 'four eyes' as rule, d.case_ref, 'decided by one after a referral by the police' as detail
from decision d
where d.second is null and exists (select from security_check c where c.case_ref = d.case_ref and c.result = 'refer')
union all
select 'four eyes', d.case_ref, 'decided before a referral by the police was looked into'
from decision d
where exists (select from not_looked_into n where n.case_ref = d.case_ref and n.about = 'security_check');
