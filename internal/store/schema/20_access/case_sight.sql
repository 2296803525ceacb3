-- What the session's login sees of each case: the widest of its roles that see the case at all, null if none does. A
-- council's role sees its own council's families with children. Who sees a restricted case is said by sees_restricted.
-- Without a council's role, the answer for unrestricted families is worked out once, because lists read all families.
create or replace view case_sight with (security_barrier) as
select f.case_ref, f.lane, f.council,
    case when not f.restricted and not (select exists (select from my_roles() m where m.council is not null))
    then (select c.sees from my_roles() m join case_role c using (role)
          order by array_position(array['file', 'no_text', 'children', 'summary'], c.sees) limit 1)
    else (
        select c.sees from my_roles() m join case_role c using (role)
        where (m.council is null or (m.council = f.council
            and exists (select from council_child k where k.case_ref = f.case_ref)))
          and (not f.restricted or sees_restricted(f.case_ref, (select my_person()), m.role))
        order by array_position(array['file', 'no_text', 'children', 'summary'], c.sees) limit 1) end as sight
from family f;
