-- Each person is served before a case is closed.
create or replace view breach_closed_unserved as
select 'served before closed' as rule, r.case_ref, 'closed with person ' || o.person_no || ' not served' as detail
from review r join outcome_in_force o using (case_ref)
where r.stage = 'closed' and o.served_on is null;
