-- Keeps whose deadline it was when it was set.
create or replace function stamp_owed_by() returns trigger language plpgsql set search_path = hame, pg_temp as $$
begin
    new.owed_by := new.awaiting;
    return new;
end $$;
