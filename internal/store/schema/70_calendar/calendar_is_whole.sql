-- Whether days can be all that a version holds: of both nations each year from its first to its last, with at least
-- eight days that are not of a weekend, one by 4 January and two after 24 December, and at most twenty a year of any
-- division; each day written as it is kept, for the version is a digest of what is written. NewHolidays in
-- internal/clock asks the same and says what is missing; here nobody with psql gets past it, for without a whole
-- calendar no case could be worked on.
create or replace function calendar_is_whole(in_days jsonb) returns boolean language sql immutable as $$
    with days as (select d->>0 as division, (d->>1)::date as day from jsonb_array_elements(in_days) d),
    years as (
        select division, extract(year from day)::int as year, count(*) as n,
            count(*) filter (where extract(isodow from day) < 6) as on_weekdays,
               min(to_char(day, 'MMDD')) as first, count(*)
                   filter (where to_char(day, 'MMDD') >= '1225') as at_christmas
        from days group by 1, 2)
    select (select bool_and(d->>1 = to_char((d->>1)::date, 'YYYY-MM-DD')) from jsonb_array_elements(in_days) d)
       and coalesce(bool_and(y.n <= 20 and y.year between 1990 and 2100
                             and (y.division not in ('england-and-wales', 'scotland')
                                  or (y.on_weekdays >= 8 and y.first <= '0104' and y.at_christmas >= 2))), false)
       and (select count(*) = 2 and bool_and(s.years = s.last - s.first + 1)
            from (select division, count(*) as years, min(year) as first, max(year) as last from years
                  where division in ('england-and-wales', 'scotland') group by 1) s)
    from years y
$$;
