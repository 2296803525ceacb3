-- The striking of an act is not struck: the act is entered again.
-- Whether a login that is a person's may strike acts of a kind on a case at an instant, as far as its roles go: it may
-- do such an act itself, or is the senior of those who may (casefile.House.Senior).
create or replace function may_strike(in_login text, in_person text, in_act text, ref text, at timestamptz)
    returns boolean
language sql stable as $$
    select in_act <> 'case.strike' and (login_may(in_login, in_person, in_act, ref, at)
        or exists (select from act_role a join role_house h on h.role = a.role join house_senior s on s.house = h.house
            where a.act = in_act and login_may(in_login, in_person, s.its_act, ref, at)
                and exists (select from staff f where f.login = in_login and f.person = in_person
                    and f.role = s.role and grant_holds(f, at))))
$$;
