-- Why an import can't be taken back. Of the families that it brought, it counts those that are listed, that have acts
-- on record or a hold, and that a later import changed. Of those that were there before, it counts the ones that still
-- stand as the file has them (standing). A family is counted under each reason. Of the families that the session's
-- login does not see, hidden says only how many stop it.
create or replace function import_stops(in_batch uuid, out listed int, out acts int, out held int, out later int,
    out standing int, out hidden int, out cases text[])
language sql stable set search_path = hame, pg_temp as $$
    with brought as (
        select f.case_ref, f.batch, l.case_ref is not null as listed
        from imported_family f left join listing l using (case_ref) where f.first_batch = in_batch),
    stops as (
        select b.case_ref, 'listed' as why from brought b where b.listed
        union
        select c.case_ref, 'acts' from brought b join command c on c.case_ref = b.case_ref
        union
        select b.case_ref, 'acts' from brought b join duplicate_candidate d on d.a = b.case_ref
            where d.resolved_on is not null
        union
        select b.case_ref, 'acts' from brought b join duplicate_candidate d on d.b = b.case_ref
            where d.resolved_on is not null
        union
        select b.case_ref, 'acts' from brought b join pair_request q on q.a = b.case_ref
        union
        select b.case_ref, 'acts' from brought b join pair_request q on q.b = b.case_ref
        union
        select b.case_ref, 'held' from brought b join hold h on h.case_ref = b.case_ref
        union
        select b.case_ref, 'held' from brought b join hold h on h.same_as = b.case_ref
        union
        select b.case_ref, 'later' from brought b where b.batch <> in_batch
        union
        select b.case_ref, 'later' from brought b join import_difference d on d.case_ref = b.case_ref
            where d.batch <> in_batch
        union
        select f.case_ref, case when l.case_ref is null then 'standing' else 'listed' end
        from imported_family f left join listing l using (case_ref) where f.batch = in_batch and f.first_batch <> f.batch),
    seen as (
        select s.case_ref, s.why, x.sight is not null as seen from stops s join case_sight x using (case_ref))
    select count(*) filter (where s.why = 'listed' and s.seen), count(*) filter (where s.why = 'acts' and s.seen),
        count(*) filter (where s.why = 'held' and s.seen), count(*) filter (where s.why = 'later' and s.seen),
        count(*) filter (where s.why = 'standing' and s.seen), count(distinct s.case_ref) filter (where not s.seen),
        (array_agg(distinct s.case_ref order by s.case_ref) filter (where s.seen))[1:5]
    from seen s
$$;
