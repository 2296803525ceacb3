-- The files of a family that was split are no pair: one that is found is not written.
create or replace function never_parted() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    return case when are_parted(new.a, new.b) then null else new end;
end $$;
