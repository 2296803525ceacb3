-- Each person is served before a case is closed, unless their part in it has ended by itself.
create or replace view breach_closed_unserved as
select 'served before closed' as rule, r.case_ref, 'closed with person ' || p.no || ' not served' as detail
from review r join present p using (case_ref)
left join outcome_in_force o on o.case_ref = p.case_ref and o.person_no = p.no
where r.stage = 'closed' and o.served_on is null;
