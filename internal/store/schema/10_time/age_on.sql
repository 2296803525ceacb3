-- Whether somebody is a child or an adult on a day: child, adult, or unknown where no birth date is on record. A birth
-- date that is known in part counts as its latest day, as in process.md (Children). Somebody born on 29 February comes
-- of age on 1 March of a common year. It looks nothing up, so that PostgreSQL makes it part of the query that asks.
create or replace function age_on(in_birth text, in_on date) returns text language sql stable as $$
    select case when in_birth !~ '^[0-9]{4}(-[0-9]{2}){0,2}$' then 'unknown'
        when case length(in_birth)
            when 4 then make_date(in_birth::int, 12, 31)
            when 7 then (make_date(left(in_birth, 4)::int, right(in_birth, 2)::int, 1) + interval '1 month'
                - interval '1 day')::date
            else make_date(left(in_birth, 4)::int, substr(in_birth, 6, 2)::int, right(in_birth, 2)::int)
            end > in_on - interval '18 years' then 'child'
        else 'adult' end
$$;
