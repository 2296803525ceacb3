-- Who is named for asking for a flag that takes two officers, or for settling the request, did it by an accepted act.
-- Which flag it is is not said: not everybody who verifies reads flags.
create or replace view breach_flag_without_its_acts as
select 'four eyes' as rule, r.case_ref, 'the request of two officers about person ' || r.person_no || ': '
    || lacking as detail
from flag_request r cross join lateral flag_request_without_acts(r) as lacking
union all
select 'four eyes', r.case_ref, 'the request of two officers about person ' || r.person_no
    || ': it was asked for by an act that was not accepted'
from flag_request r
where exists (select from command c where c.id = r.command_id)
  and not exists (select from command_outcome o where o.command_id = r.command_id and o.outcome = 'accepted');
