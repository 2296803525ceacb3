-- A council's children: the persons who were children when listed. Before the listing: those imported as children
-- (process.md, Children).
create or replace view council_child as
select p.case_ref, p.no from person p where coalesce(p.child_when_listed, p.relationship = 'child');
