create or replace trigger was_decided before insert or update of outcome on decision_outcome
    for each row execute function outcome_as_decided();
create or replace trigger waiver_is_grant_only before insert or update on decision_outcome
    for each row execute function refuse_after_waiver();
create or replace trigger without_interview before insert or update of outcome on decision_outcome
    for each row when (new.outcome not like 'GRANT%') execute function refuse_on_the_papers();
create or replace trigger served_grant_stands before insert or update of outcome on decision_outcome
    for each row execute function served_grant_stands();
create or replace trigger served_with_its_letter before update of served_on on decision_outcome
    for each row execute function served_with_its_letter();
create or replace trigger note_change after update on decision_outcome for each row
    execute function note_change('case_ref', 'decision_no', 'person_no');
