-- How the pairs of a list stand, and who has asked for each of them to be resolved. unseen is a pair of which the
-- session's login does not see both files; it is answered as one that does not exist.
create or replace function listed_pairs(in_one text[], in_other text[])
returns table (n int, state text, asked_by text, by_me boolean, asked_list text, asked_finding text, asked_on date)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    if not has_role('caseworker', 'senior_caseworker') then
        raise exception '% may not read how pairs stand', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
        select x.n::int, case when y.seen then coalesce(pair_state(x.one, x.other), 'none') else 'unseen' end,
            q.first_by, person_key(q.first_by) = person_key(my_person()), q.list, q.finding, q.asked_on
        from unnest(in_one, in_other) with ordinality x (one, other, n)
        cross join lateral (select may_see(x.one) and may_see(x.other) as seen) y
        left join pair_request q on y.seen and q.settled_on is null and q.a = least(x.one, x.other)
            and q.b = greatest(x.one, x.other) and q.asked_on >= business_today() - limit_days('pair_request')
        order by x.n;
end $$;
