-- The splits that have a file, or one that is merged into it, as a side.
create or replace function splits_of(ref text) returns setof split language sql stable
    set search_path = hame, pg_temp as $$
    with recursive files as (
        select ref as case_ref
        union
        select m.other_ref from files f join merge_in_force m on m.into_ref = f.case_ref)
    select s.* from split s where exists (select from files f where f.case_ref in (s.case_ref, s.own_ref))
$$;
