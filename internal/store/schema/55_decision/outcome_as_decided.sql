-- An outcome is what was proposed, and a refusal is signed by two, also if the decision's summary says otherwise.
create or replace function outcome_as_decided() returns trigger language plpgsql set search_path = hame, pg_temp as $$
begin
    if new.outcome not like 'GRANT%' and exists (select from decision d where d.case_ref = new.case_ref
        and d.no = new.decision_no and d.second is null) then
        raise exception 'second_officer_due: a refusal needs a second officer' using errcode = 'check_violation',
            constraint = 'second_officer_due';
    end if;
    if not exists (select from decision d join proposal_outcome p on p.case_ref = d.case_ref and p.no = d.proposal_no
                   where d.case_ref = new.case_ref and d.no = new.decision_no and p.person_no = new.person_no
                       and p.outcome = new.outcome) then
        raise exception 'this outcome was not proposed' using errcode = 'check_violation',
            constraint = 'outcome_was_proposed';
    end if;
    return new;
end $$;
