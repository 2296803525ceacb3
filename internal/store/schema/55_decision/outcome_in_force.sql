-- The outcomes of the decision of each case that stands.
create or replace view outcome_in_force as
select o.* from decision_outcome o
where not exists (select from decision d where d.case_ref = o.case_ref and d.no > o.decision_no);
