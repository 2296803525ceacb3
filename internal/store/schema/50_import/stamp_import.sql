-- Keeps the business instant at which a family came in.
create or replace function stamp_import() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
declare
    now timestamptz := business_now();
begin
    new.imported_at := case when (now at time zone 'Europe/London')::date = new.imported_on then now
                            else new.imported_on::timestamp at time zone 'Europe/London' end;
    return new;
end $$;
