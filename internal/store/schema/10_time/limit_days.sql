-- A time limit that set-up took from the code, in days.
create or replace function limit_days(of text) returns int language sql stable as $$
    select l.days from time_limit l where l.name = of
$$;
