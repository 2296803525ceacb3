-- Each family has one principal, who is of it as long as anybody is.
create or replace view breach_no_principal as
select 'somebody leads the claim' as rule, r.case_ref, 'people are left, and the principal is not among them' as detail
from review r
where exists (select from present p where p.case_ref = r.case_ref)
  and not exists (select from present p join person m using (case_ref, no)
      where p.case_ref = r.case_ref and m.relationship = 'principal');
