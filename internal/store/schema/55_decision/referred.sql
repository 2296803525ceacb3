-- What is looked into before anybody decides, and then takes two officers: each referral by the police, and public harm
-- that stands or is asked for. Of public harm, no counts how often it has been raised. Nobody looks into what was said
-- of a person whose part in the case has ended.
create or replace view referred as
select c.case_ref, c.person_no, 'security_check'::text as about, c.no
from security_check c join present p on p.case_ref = c.case_ref and p.no = c.person_no
where c.result = 'refer'
union all
select x.case_ref, x.person_no, 'public_harm',
       1 + (select count(*) from flag_request o where o.case_ref = x.case_ref and o.person_no = x.person_no
              and o.flag = 'public_harm' and o.wanted = 'off' and o.result = 'done')::int
from (select f.case_ref, f.no as person_no from person_flag f where f.flag = 'public_harm' and f.state <> 'off'
      union
      select r.case_ref, r.person_no from flag_request r
      where r.flag = 'public_harm' and r.wanted = 'on' and r.settled_on is null) x
join present p on p.case_ref = x.case_ref and p.no = x.person_no;
