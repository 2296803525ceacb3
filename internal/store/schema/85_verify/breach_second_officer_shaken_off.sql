-- A second officer who was due once stays due for every later proposal of the case (process.md, Four eyes).
create or replace view breach_second_officer_shaken_off as
select 'four eyes' as rule, p.case_ref,
       format('proposal %s needs no second officer, after one that was drawn or that a second officer returned', p.no)
           as detail
from proposal p
where p.second_due = 'no'
  and exists (select from proposal e where e.case_ref = p.case_ref and e.no < p.no
                and (e.second_due = 'sample' or e.returned_by is not null));
