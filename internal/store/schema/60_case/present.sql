-- The people whose part in a case has not ended by itself: those about whom a decision is due, or was made.
create or replace view present as
select p.case_ref, p.no from person p
where not exists (select from end_in_force e where e.case_ref = p.case_ref and e.person_no = p.no);
