-- How two files stand to each other: open is a pair that waits to be resolved, held is one family whose second file is
-- held, merged one whose files were merged, different is a pair of two families. A pair that is one family also counts
-- as held if its second file is held for another pair. Null if nothing ever made a pair of them.
create or replace function pair_state(in_one text, in_other text) returns text language plpgsql stable as $$
begin
    return (
        select case
            when exists (select from merge_in_force m
                         where (m.other_ref = in_one and m.into_ref = in_other)
                            or (m.other_ref = in_other and m.into_ref = in_one)) then 'merged'
            when exists (select from duplicate_candidate d where d.a = least(in_one, in_other)
                         and d.b = greatest(in_one, in_other) and d.resolved_on is null) then 'open'
            when exists (select from hold h where h.ground = 'duplicate' and h.ended_on is null
                         and ((h.case_ref = in_one and h.same_as = in_other)
                              or (h.case_ref = in_other and h.same_as = in_one))) then 'held'
            when exists (select from duplicate_candidate d where d.a = least(in_one, in_other)
                         and d.b = greatest(in_one, in_other) and d.resolution = 'same')
                 and not exists (select from hold h where h.ground = 'duplicate'
                                 and ((h.case_ref = in_one and h.same_as = in_other)
                                      or (h.case_ref = in_other and h.same_as = in_one))) then 'held'
            when exists (select from duplicate_candidate d where d.a = least(in_one, in_other)
                         and d.b = greatest(in_one, in_other)) then 'different' end
    );
end $$;
