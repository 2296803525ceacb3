-- The staff list is what the chain of its changes says.
create or replace view breach_staff_list as
with told as (
    select distinct on (e.login, e.role, e.council, e.valid_from) e.login, e.person, e.role, e.council, e.valid_from,
        e.what
    from staff_event e where e.role is not null
    order by e.login, e.role, e.council, e.valid_from, e.id desc)
select 'the staff list is on record' as rule, '' as case_ref,
       coalesce(s.login, t.login) || ' as ' || coalesce(s.role, t.role)
           || ': the list and the record of its changes differ' as detail
from (select x.login, x.person, x.role, x.council, x.valid_from, bool_and(x.revoked_at is not null) as revoked
    from staff x group by 1, 2, 3, 4, 5) s
full join (select * from told where what <> 'removed') t
    on t.login = s.login and t.role = s.role and t.council is not distinct from s.council
        and t.valid_from = s.valid_from
where s.login is null or t.login is null or s.person <> t.person or s.revoked <> (t.what = 'revoked')
union all
select 'the staff list is on record', '', m.login || ' was added without a record'
from staff_member m where not exists (select from staff_event e where e.login = m.login and e.what = 'added')
union all
select 'the staff list is on record', '', 'an act of ' || c.login || ' is stamped with the name of somebody else'
from command c left join staff_member m using (login) where m.person is distinct from c.person;
