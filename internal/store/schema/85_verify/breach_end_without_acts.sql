-- Nobody's part in a case ends but by the acts of the officers who are named for it, and nothing that takes two is done
-- by one.
create or replace view breach_end_without_acts as
select 'people decide' as rule, e.case_ref, format('the end of person %s: %s', e.person_no, w) as detail
from person_end e, end_without_acts(e) w
union all
select 'four eyes', q.case_ref, format('request %s: %s', q.no, w)
from second_request q, second_without_acts(q) w;
