-- The largest number of a case's rows of a table that were struck, or came from another file and went back to it; 0 if
-- none was: their numbers are not given again, for a finding or an act may name them.
create or replace function struck_no(in_table text, in_case text) returns int language plpgsql stable as $$
begin
    return (
        select greatest(
            (select coalesce(max((a.became->>'no')::int), 0) from act_change a
                where a.case_ref = in_case and a.of_table = in_table and a.was is null and a.taken_back is not null),
            (select coalesce(max(f.into_no), 0)::int from file_merge m join merge_fact f on f.other_ref = m.other_ref
                and f.merge_no = m.no where m.into_ref = in_case and f.kind = in_table))
    );
end $$;
