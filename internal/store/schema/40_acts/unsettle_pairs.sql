-- Takes back what settle_pairs did with third files, once the two files are parted: a pair that the merge settled is open
-- again, and one that it made is gone if nobody has found anything of it since. Who was held as the double of the merged
-- file is so again, if the hold stands, and the merged file is held again as it was.
create or replace function unsettle_pairs(in_other text, in_no int, on_day date) returns void language plpgsql volatile
    security definer set search_path = hame, pg_temp as $$
declare
    stays text := parted_from(in_other, in_no);
begin
    update duplicate_candidate d set resolved_on = null, resolution = null
        from merge_fact f where f.other_ref = in_other and f.merge_no = in_no and f.kind in ('pair', 'new_pair')
            and f.was = '' and d.a = least(in_other, f.code) and d.b = greatest(in_other, f.code) and d.why = f.became
            and d.resolution = 'same' and d.resolved_by is null;
    delete from duplicate_candidate d
        using merge_fact f where f.other_ref = in_other and f.merge_no = in_no and f.kind = 'new_pair'
            and d.a = least(stays, f.code) and d.b = greatest(stays, f.code) and d.why = f.became
            and coalesce(d.resolved_on::text, '') = f.was
            and not exists (select from pair_request q where q.a = d.a and q.b = d.b);
    update hold h set same_as = in_other
        from merge_fact f where f.other_ref = in_other and f.merge_no = in_no and f.kind = 'double' and f.was = ''
            and h.case_ref = f.code and h.ground = 'duplicate' and h.ended_on is null and h.same_as = stays;
    insert into hold (case_ref, person_no, ground, opened_on, review_on, same_as)
        select in_other, 0, 'duplicate', on_day, (select max(h.review_on) from hold h
            where h.case_ref = in_other and h.same_as = f.code), f.code
        from merge_fact f where f.other_ref = in_other and f.merge_no = in_no and f.kind = 'double' and f.was = 'held'
            and (f.became = '' or exists (select from hold h where h.case_ref = stays and h.ground = 'duplicate'
                and h.ended_on is null and h.same_as = f.code));
    update hold h set ended_on = greatest(on_day, h.opened_on)
        from merge_fact f where f.other_ref = in_other and f.merge_no = in_no and f.kind = 'double' and f.was = 'held'
            and f.became = 'held' and h.case_ref = stays and h.ground = 'duplicate' and h.ended_on is null
            and h.same_as = f.code;
end $$;
