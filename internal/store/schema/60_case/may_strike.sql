-- Whether the login may strike acts of a kind on a case, as far as its roles go (casefile.House.Senior).
create or replace function may_strike(in_act text, ref text) returns boolean language sql stable as $$
    select login_may(session_user::text, my_person(), in_act, ref, clock_timestamp())
        or exists (select from act_role a join role_house h on h.role = a.role
            join (values ('ministers', 'minister', 'representation.sign'), ('councils', 'welfare_lead', 'welfare.sign'),
                ('home_office', 'senior_caseworker', 'case.assign')) s (house, role, its_act) on s.house = h.house
            where a.act = in_act and login_may(session_user::text, my_person(), s.its_act, ref, clock_timestamp())
                and has_role(s.role))
$$;
