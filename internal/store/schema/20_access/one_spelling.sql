-- Each person of the staff stands there under one spelling, so that four eyes which compare names compare persons.
create or replace function one_spelling() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
declare
    other text := (select m.person from staff_member m
                   where person_key(m.person) = person_key(new.person) and m.person <> new.person limit 1);
begin
    if other is not null then
        raise exception 'one_spelling: % is on the staff as %', new.person, other using errcode = 'check_violation',
            constraint = 'one_spelling';
    end if;
    return new;
end $$;
