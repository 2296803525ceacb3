-- London's day at the programme's now.
create or replace function business_today() returns date language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return london_day(business_now());
end $$;
