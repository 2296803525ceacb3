-- The reviews that run where their families do not belong. Each half begins with the few rows of an index.
create or replace view review_misplaced as
select f.case_ref from family f join review r using (case_ref) where f.restricted and not r.apart
union all
select r.case_ref from review r join family f using (case_ref) where r.apart and not f.restricted;
