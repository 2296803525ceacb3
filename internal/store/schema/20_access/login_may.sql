-- Whether a login that is a person's may do an act at an instant, as far as its roles go: of a case, a council's
-- officer only of their own council's, or to accept it of the one that the family moves to. The one place that says
-- so, for acts as they are typed and as they are done.
create or replace function login_may(in_login text, in_person text, in_act text, in_case text, at timestamptz)
    returns boolean language plpgsql stable as $$
begin
    return (
        select exists (
            select from staff s join act_role a on a.role = s.role and a.act = in_act
            where s.login = in_login and s.person = in_person and grant_holds(s, at)
              and (not a.council or s.council = case when a.new_council
                  then (select m.to_council from council_move m where m.case_ref = in_case and m.result is null)
                  else council_at(in_case, at) end))
    );
end $$;
