-- The families of whom two sets say different things, as far as the caller may see them.
create or replace function what_if_list(in_no bigint, at_most int) returns table (case_ref text, decided boolean,
    one jsonb, other jsonb, total int)
    language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    if not may_ask_what_if() then
        raise exception '% may not ask what other rules would say', session_user
            using errcode = 'insufficient_privilege';
    end if;
    return query
    select p.case_ref, p.decided, p.one, p.other, (count(*) over ())::int
    from what_if_parted p join case_sight s on s.case_ref = p.case_ref
    where p.what_if = in_no and s.sight is not null
    order by p.case_ref limit at_most;
end $$;
