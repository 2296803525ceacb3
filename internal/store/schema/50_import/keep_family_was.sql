-- Keeps a family's lane and council as they were, for figures at an earlier instant: of an unlisted family before a
-- later import, of a listed one before it moved, at the instant of its review.
create or replace function keep_family_was() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    insert into family_was (case_ref, until, lane, council)
        values (old.case_ref,
            coalesce(nullif(current_setting('hame.business_at', true), '')::timestamptz, business_now()), old.lane, old.council);
    return new;
end $$;
