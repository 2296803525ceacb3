-- Nobody is served before the decision was signed, nor without its own letter sent to the family and to a
-- representative that it has; and no refusal is served while a hold stands, or when a court has quashed it (C9, row 9).
-- Who was served with the same outcome before keeps that service where a decision is made anew for others.
create or replace function served_with_its_letter() returns trigger language plpgsql
    set search_path = hame, pg_temp as $$
begin
    if new.served_on is null or new.served_on is not distinct from old.served_on
        or kept_service(new.case_ref, new.decision_no, new.person_no, new.outcome, new.served_on) then
        return new;
    end if;
    if new.served_on < (select d.signed_on from decision d where d.case_ref = new.case_ref
        and d.no = new.decision_no) then
        raise exception 'served_after_signing: served before it was signed' using errcode = 'check_violation',
            constraint = 'served_after_signing';
    end if;
    if exists (select from (values ('family', true),
                   ('representative', (select f.representative <> '' from family f where f.case_ref = new.case_ref))) a
                       (whom, due)
               where a.due and not exists (
                   select from letter l join letter_sent s using (case_ref, no)
                   where l.case_ref = new.case_ref and l.decision_no = new.decision_no and s.to_whom = a.whom
                       and s.returned_on is null
                     and s.sent_on <= new.served_on)) then
        raise exception 'service_needs_its_letter: no decision letter was sent' using errcode = 'check_violation',
            constraint = 'service_needs_its_letter';
    end if;
    if exists (select from letter l where l.case_ref = new.case_ref and l.decision_no = new.decision_no
        and owed_to_former(l.case_ref, l.no)) then
        raise exception 'service_needs_its_letter: the former representative was not sent it'
            using errcode = 'check_violation', constraint = 'service_needs_its_letter';
    end if;
    if new.outcome not like 'GRANT%' and exists (select from hold h where h.case_ref = new.case_ref
        and h.ended_on is null) then
        raise exception 'no_service_while_held: a hold stands' using errcode = 'check_violation',
            constraint = 'no_service_while_held';
    end if;
    if new.outcome not like 'GRANT%' and exists (select from proceeding p where p.case_ref = new.case_ref
        and p.fell = new.decision_no and p.person_no in (0, new.person_no)) then
        raise exception 'fallen_refusal: a court has quashed it' using errcode = 'check_violation',
            constraint = 'fallen_refusal';
    end if;
    return new;
end $$;
