-- Nobody stands in two files of a family that was split, a split rests on the acts of two officers, the file has its
-- review, and behind a wall nothing names the other file. Each breach is told of the file behind the wall, to whom that
-- file is there.
create or replace view breach_split as
select 'nobody stands on two files' as rule, s.own_ref as case_ref,
       format('person %s is on the file that they left too', s.own_no) as detail
from split_person s
where exists (select from present p where p.case_ref = s.case_ref and p.no = s.person_no)
  and exists (select from present p where p.case_ref = s.own_ref and p.no = s.own_no)
union all
select 'four eyes', s.own_ref, 'the family was not split by two officers'
from split s
where not exists (select from second_request q where q.case_ref = s.case_ref and q.first_id = s.command_id
    and q.act = 'case.split' and q.result = 'done' and q.first_by = s.first_by and q.second_by = s.second_by)
union all
select 'every case is looked after', s.own_ref, 'its review was not started for over ten minutes'
from split s where s.started_at is null and s.recorded_at < clock_timestamp() - interval '10 minutes'
    and not exists (select from review r where r.case_ref = s.own_ref)
union all
select 'the wall stands', s.own_ref, 'the file is not restricted'
from split s join family f on f.case_ref = s.own_ref where s.walled and not f.restricted
union all
select distinct 'a split stands', s.own_ref, 'a file of the family that was split is merged with another'
from merge_in_force m
cross join lateral (select * from splits_of(m.into_ref) union all select * from splits_of(m.other_ref)) s
where s.split_at < m.merged_at
union all
select distinct 'the wall stands', s.own_ref, x.what || ' names both files'
from split s
cross join lateral (
    select 'a pair' as what from duplicate_candidate d where are_parted(d.a, d.b) and s.own_ref in (d.a, d.b)
    union all
    select 'a request about a pair' from pair_request d where are_parted(d.a, d.b) and s.own_ref in (d.a, d.b)
    union all
    select 'a hold' from hold h where are_parted(h.case_ref, h.same_as) and s.own_ref in (h.case_ref, h.same_as)
    union all
    -- A refused act stays on record, and has done nothing.
    select 'an act' from command c join command_outcome o on o.command_id = c.id and o.outcome in ('accepted', 'filed')
    where c.case_ref in (s.case_ref, s.own_ref)
      and concat_ws(' ', c.fields, o.detail) like '%' || case c.case_ref when s.case_ref then s.own_ref else s.case_ref end || '%'
    union all
    select 'a difference' from import_difference d
    where d.case_ref in (s.case_ref, s.own_ref)
      and concat_ws(' ', d.old_value, d.new_value) like '%' || case d.case_ref when s.case_ref then s.own_ref else s.case_ref end || '%'
    union all
    select 'a correction' from correction d
    where d.case_ref in (s.case_ref, s.own_ref)
      and concat_ws(' ', d.old_value, d.new_value) like '%' || case d.case_ref when s.case_ref then s.own_ref else s.case_ref end || '%') x
where s.walled;
