-- The stages are opened in their order, and service and closing follow a decision. Exception: a review in which nobody is
-- left to decide about is closed from any stage, also if it was reopened since.
create or replace view breach_stage_out_of_order as
with way (stage, before) as (
    values ('evidence', 'listed'), ('welfare', 'listed'), ('representation', 'evidence'), ('representation', 'welfare'),
           ('decision', 'representation'), ('service', 'decision'), ('closed', 'service'))
select 'stages in their order' as rule, e.case_ref, e.stage || ' was opened without ' || w.before as detail
from stage_entry e join way w using (stage)
where not exists (select from stage_entry b where b.case_ref = e.case_ref and b.stage = w.before
    and b.opened_at <= e.opened_at)
  and not (e.stage = 'closed' and (nobody_left(e.case_ref) or e.void_at is not null))
union all
select 'people decide', r.case_ref, 'at ' || r.stage || ' without a decision'
from review r where r.stage in ('service', 'closed') and not exists (select from decision d
    where d.case_ref = r.case_ref) and not nobody_left(r.case_ref);
