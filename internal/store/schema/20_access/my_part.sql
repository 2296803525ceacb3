create or replace function my_part(ref text) returns text language sql stable security definer set search_path = hame, pg_temp as $$
    select o.part from officer o where o.case_ref = ref and o.person = my_person() and may_see(ref)
$$;
