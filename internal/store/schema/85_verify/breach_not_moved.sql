-- A review stands for over ten minutes where its family does not belong, since it became restricted or is so no longer.
create or replace view breach_not_moved as
select 'restricted reviews stand apart'::text as rule, m.case_ref,
       case when m.started then 'runs of it are left in the other namespace'
           else 'its review is not moved to the other namespace' end
       || ', since ' || to_char(m.asked_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC' as detail
from review_to_move m where m.asked_at < clock_timestamp() - interval '10 minutes'
union all
select 'restricted reviews stand apart', r.case_ref, 'its review runs where it does not belong, and is not to be moved'
from review_misplaced r where not exists (select from review_to_move m where m.case_ref = r.case_ref);
