-- The grants that hold at this instant. The clock is read at each look, not once a statement: a revocation also holds
-- in a statement that was running when it came.
create or replace view staff_now as
select s.login, s.person, s.role, s.council from staff s where grant_holds(s, clock_timestamp());
