-- A time limit that set-up took from the code, in days. A name that the code does not have is a mistake, and no limit.
create or replace function limit_days(of text) returns int language plpgsql stable as $$
declare
    limited int := (select l.days from time_limit l where l.name = of);
begin
    if limited is null then
        raise exception 'there is no time limit %', of;
    end if;
    return limited;
end $$;
