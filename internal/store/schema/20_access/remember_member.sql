-- Adds the login of each grant to the staff list, because set-up grants roles without adding the login first.
create or replace function remember_member() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    insert into staff_member (login, person) values (new.login, new.person) on conflict do nothing;
    return new;
end $$;
