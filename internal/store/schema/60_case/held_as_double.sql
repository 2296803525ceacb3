-- The unlisted families that are held back because they may be another one's double, or are: one row for each reason.
-- a and b are the pair that is not settled; both are null for a hold. A reader who may not see one is not told.
create or replace view held_as_double as
select d.a as case_ref, d.a, d.b from duplicate_candidate d where d.resolved_on is null
union all
select d.b, d.a, d.b from duplicate_candidate d where d.resolved_on is null
union all
select h.case_ref, null, null from hold h where h.ground = 'duplicate' and h.ended_on is null;
