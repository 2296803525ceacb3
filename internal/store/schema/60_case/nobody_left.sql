-- Whether nobody of a family is left to decide about, and nobody was decided: each has an administrative end.
create or replace function nobody_left(ref text) returns boolean language plpgsql stable
    set search_path = hame, pg_temp as $$
begin
    return (
        select exists (select from end_in_force e where e.case_ref = ref)
           and not exists (select from present p where p.case_ref = ref)
           and not exists (select from decision d where d.case_ref = ref)
    );
end $$;
