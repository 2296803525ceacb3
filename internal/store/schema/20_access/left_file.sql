-- The people who stand on a file of their own. Nothing new is found out about them on the file that they left.
create or replace view left_file as
select e.case_ref, e.person_no from person_end e where e.outcome = 'ON_OWN_FILE' and e.lifted_on is null;
