-- Whether a family moves to the council for which the session's login is welfare lead, who then may accept it without
-- seeing its case. A restricted case is accepted by those named on it.
create or replace function moves_to_me(ref text) returns boolean language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return exists (select from council_move m join family f using (case_ref)
        join my_roles() r on r.role = 'welfare_lead' and r.council = m.to_council
        where m.case_ref = ref and m.result is null
          and (not f.restricted or exists (select from named n where n.case_ref = ref and n.person = my_person()
              and n.role = 'welfare_lead')));
end $$;
