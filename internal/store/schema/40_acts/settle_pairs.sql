-- What two files that are merged leave open between them and others: their own pair is settled, and each pair of the
-- merged file with a third one is from now on a pair of the file that stays. A third file that is held as the double of
-- the merged one is held as that of the file that stays.
create or replace function settle_pairs(in_other text, in_into text, on_day date) returns void language plpgsql volatile
    security definer set search_path = hame, pg_temp as $$
declare
    also text;
begin
    if not exists (select from merge_in_force m where m.other_ref = in_other and m.into_ref = in_into) then
        raise exception 'the files are not merged' using errcode = 'insufficient_privilege';
    end if;
    -- The file that stays may be the second one of a third file too.
    update hold h set ended_on = greatest(on_day, h.opened_on) where h.ground = 'duplicate' and h.ended_on is null
        and h.case_ref = in_other
        returning h.same_as into also;
    if also <> in_into and not exists (select from hold h where h.case_ref in (also, in_into) and h.ground = 'duplicate'
            and h.ended_on is null) then
        insert into hold (case_ref, person_no, ground, opened_on, review_on, same_as)
            select in_into, 0, 'duplicate', on_day, max(h.review_on), also from hold h
            where h.case_ref = in_other and h.same_as = also;
    end if;
    update hold h set same_as = in_into where h.ground = 'duplicate' and h.ended_on is null and h.same_as = in_other
        and h.case_ref <> in_into;
    insert into duplicate_candidate (a, b, why, found_at, due_on, resolved_on, resolution, resolved_by)
        select least(in_into, x.third), greatest(in_into, x.third), d.why, d.found_at, d.due_on, d.resolved_on,
            d.resolution, d.resolved_by
        from duplicate_candidate d cross join lateral (select case d.a when in_other then d.b else d.a end as third) x
        where in_other in (d.a, d.b) and x.third <> in_into
        on conflict do nothing;
    update duplicate_candidate d set resolved_on = on_day, resolution = 'same'
        where in_other in (d.a, d.b) and in_into not in (d.a, d.b) and d.resolved_on is null;
end $$;
