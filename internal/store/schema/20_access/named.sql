-- Those named on a case, each in the role in which they were.
create or replace view named as
select n.case_ref, n.person, n.role from named_on_case n
union all
select r.case_ref, r.owner, 'caseworker' from review r where r.owner is not null
union all
select w.case_ref, w.assigned_to, 'lead_professional' from welfare_check w
union all
select o.case_ref, o.person, case o.part when 'proposal_author' then 'decision_maker' when 'second_officer' then 'second_officer'
           when 'welfare_author' then 'lead_professional' when 'welfare_signer' then 'welfare_lead'
           when 'waiver_giver' then 'senior_caseworker' when 'representation_clearer' then 'private_office'
           when 'representation_signer' then 'minister' else 'representation_drafter' end
from officer o;
