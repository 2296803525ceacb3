-- Keeps an unlisted family's lane and council as they were before a later import, for figures at an earlier instant.
create or replace function keep_family_was() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    insert into family_was (case_ref, until, lane, council)
        values (old.case_ref, business_now(), old.lane, old.council);
    return new;
end $$;
