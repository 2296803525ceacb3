-- Nobody is refused on the papers: an interview of the person is on record, or of the principal for a child who is
-- refused in line. Who that may be the worker knows; a principal, or a family in which nobody was heard, is refused by
-- no path. A refusal that an earlier decision gave may be repeated beside a new decision for others.
create or replace function refuse_on_the_papers() returns trigger language plpgsql
    set search_path = hame, pg_temp as $$
begin
    if not exists (select from interview i join person p on p.case_ref = i.case_ref and p.no = i.person_no
                   where i.case_ref = new.case_ref and (i.person_no = new.person_no or p.relationship = 'principal'))
       and not exists (select from decision_outcome o
                       where o.case_ref = new.case_ref and o.person_no = new.person_no
                         and o.decision_no < new.decision_no and o.outcome not like 'GRANT%') then
        raise exception 'nobody is refused on the papers' using errcode = 'check_violation',
            constraint = 'no_refusal_on_the_papers';
    end if;
    return new;
end $$;
