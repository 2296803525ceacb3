-- Keeps how many people each family had whose people an import takes away, for figures at an earlier instant. What an
-- act takes away stays in the act's journal.
create or replace function keep_people_were() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    if coalesce(current_setting('hame.act', true), '') = '' and session_user <> 'hame_worker' then
        insert into people_were (case_ref, until, adults, children, unknown)
            select g.case_ref, business_now(), count(*) filter (where g.age = 'adult'),
                count(*) filter (where g.age = 'child'), count(*) filter (where g.age = 'unknown')
            from (select p.case_ref, age_on(p.date_of_birth, f.imported_on) as age
                  from gone p join family f using (case_ref)) g
            group by g.case_ref;
    end if;
    return null;
end $$;
