-- The number of the decision that another one corrects without an officer who did not sign it, or that is made anew by an
-- author who did; no row if neither is so.
create or replace function signed_by_the_same(d decision) returns setof int
language sql stable set search_path = hame, pg_temp as $$
    select e.no
    from decision e
    where e.case_ref = d.case_ref
      and e.no = (select max(b.no) from decision b where b.case_ref = d.case_ref and b.no < d.no)
      and (d.second is null
           or d.second_due = 'remake' and d.author in (e.author, coalesce(e.second, e.author))
           or (d.author in (e.author, coalesce(e.second, e.author))
               and d.second in (e.author, coalesce(e.second, e.author))))
$$;
