-- A council's children: whoever was one when listed, and before the listing
-- whoever came in as one (process.md, Children).
create or replace view council_child as
select p.case_ref, p.no from person p where coalesce(p.child_when_listed, p.relationship = 'child');
