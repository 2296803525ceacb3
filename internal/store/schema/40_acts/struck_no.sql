-- The largest number of a case's rows of a table that were struck, 0 if none was: their numbers are not given again,
-- for a finding or an act may name them.
create or replace function struck_no(in_table text, in_case text) returns int language sql stable as $$
    select coalesce(max((a.became->>'no')::int), 0) from act_change a
    where a.case_ref = in_case and a.of_table = in_table and a.was is null and a.taken_back is not null
$$;
