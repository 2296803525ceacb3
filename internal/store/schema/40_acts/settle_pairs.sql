-- What two files that are merged leave open between them and others: their own pair is settled, and each pair of the
-- merged file with a third one is from now on a pair of the file that stays. A third file that is held as the double of
-- the merged one is held as that of the file that stays. What changed is kept with the merge, for unsettle_pairs.
create or replace function settle_pairs(in_other text, in_into text, on_day date) returns void language plpgsql volatile
    security definer set search_path = hame, pg_temp as $$
declare
    merged int := (select m.no from merge_in_force m where m.other_ref = in_other and m.into_ref = in_into);
    also text;
begin
    if merged is null then
        raise exception 'the files are not merged' using errcode = 'insufficient_privilege';
    end if;
    -- The file that stays may be the second one of a third file too.
    update hold h set ended_on = greatest(on_day, h.opened_on) where h.ground = 'duplicate' and h.ended_on is null
        and h.case_ref = in_other
        returning h.same_as into also;
    if also <> in_into then
        insert into merge_fact (other_ref, merge_no, kind, code, was) values (in_other, merged, 'double', also, 'held');
        if not exists (select from hold h where h.case_ref in (also, in_into) and h.ground = 'duplicate'
                and h.ended_on is null) then
            insert into hold (case_ref, person_no, ground, opened_on, review_on, same_as)
                select in_into, 0, 'duplicate', on_day, max(h.review_on), also from hold h
                where h.case_ref = in_other and h.same_as = also;
            update merge_fact f set became = 'held' where f.other_ref = in_other and f.merge_no = merged
                and f.kind = 'double';
        end if;
    end if;
    with held as (
        update hold h set same_as = in_into where h.ground = 'duplicate' and h.ended_on is null and h.same_as = in_other
            and h.case_ref <> in_into returning h.case_ref)
    insert into merge_fact (other_ref, merge_no, kind, code) select in_other, merged, 'double', h.case_ref from held h;
    with third as (
        select d.*, case d.a when in_other then d.b else d.a end as ref
        from duplicate_candidate d where in_other in (d.a, d.b) and in_into not in (d.a, d.b)),
    made as (
        insert into duplicate_candidate (a, b, why, found_at, due_on, resolved_on, resolution, resolved_by)
            select least(in_into, t.ref), greatest(in_into, t.ref), t.why, t.found_at, t.due_on, t.resolved_on,
                t.resolution, t.resolved_by
            from third t
            on conflict do nothing returning a, b, why)
    insert into merge_fact (other_ref, merge_no, kind, code, was, became)
        select in_other, merged, case when m.a is null then 'pair' else 'new_pair' end, t.ref,
            coalesce(t.resolved_on::text, ''), t.why
        from third t left join made m on (m.a, m.b, m.why) = (least(in_into, t.ref), greatest(in_into, t.ref), t.why);
    update duplicate_candidate d set resolved_on = on_day, resolution = 'same'
        where in_other in (d.a, d.b) and in_into not in (d.a, d.b) and d.resolved_on is null;
end $$;
