create or replace view staff_now as
select s.login, s.person, s.role, s.council from staff s where grant_holds(s, statement_timestamp());
