-- London's day at an instant.
create or replace function london_day(at timestamptz) returns date language sql stable as $$
    select (at at time zone 'Europe/London')::date
$$;
