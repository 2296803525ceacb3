-- Whether two files are those of a family that was split: they are never found to be the same family.
create or replace function are_parted(a text, b text) returns boolean language plpgsql stable
    set search_path = hame, pg_temp as $$
begin
    return (
        select exists (select from split s where (s.case_ref, s.own_ref) in ((a, b), (b, a)))
    );
end $$;
