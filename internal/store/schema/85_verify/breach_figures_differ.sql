-- Decided, closed, archived and open add up to the families (C5).
create or replace view breach_figures_differ as
select 'figures reconcile' as rule, '' as case_ref, 'decided, closed, archived and open do not add up to the families' as detail
from (select programme_report() as j) x
where (j->>'families')::int <> (j->>'decided')::int + (j->>'closed')::int + (j->>'archived')::int
    + (j->>'open')::int + (j->>'withheld')::int;
