-- What a version of these days changes against another: each day that became a holiday or ceased to be one, in the
-- years that both hold, and the first day of each year of a nation that only one of them holds. How a year that is
-- published differs from the yearly rules only internal/clock knows.
create or replace function calendar_changes(in_days jsonb, in_replaces text)
returns table (division text, day date, change text)
language sql stable as $$
    with old as (select o.division, o.day from calendar_day o where o.version = in_replaces),
    new as (select d->>0 as division, (d->>1)::date as day from jsonb_array_elements(in_days) d),
    old_year as (select distinct o.division, extract(year from o.day)::int as year from old o),
    new_year as (select distinct n.division, extract(year from n.day)::int as year from new n),
    day_change as (
        select x.division, x.day, 'added' as change from (select * from new except select * from old) x
        union all
        select x.division, x.day, 'removed' from (select * from old except select * from new) x)
    select c.division, c.day, c.change from day_change c
    where c.division like 'S12%'
       or ((c.division, extract(year from c.day)::int) in (select y.division, y.year from old_year y)
           and (c.division, extract(year from c.day)::int) in (select y.division, y.year from new_year y))
    union all
    select y.division, make_date(y.year, 1, 1), 'published'
    from (select * from new_year except select * from old_year) y where y.division not like 'S12%'
    union all
    select y.division, make_date(y.year, 1, 1), 'unpublished'
    from (select * from old_year except select * from new_year) y where y.division not like 'S12%'
$$;
