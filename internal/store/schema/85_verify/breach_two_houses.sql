-- Nobody represents for ministers, sees to children for a council and decides for the Home Office (process.md, Roles).
create or replace view breach_two_houses as
select 'roles' as rule, '' as case_ref, format('%s holds roles of %s houses', person_key(s.person),
    count(distinct h.house)) as detail
from staff_now s join role_house h on h.role = s.role
group by person_key(s.person) having count(distinct h.house) > 1;
