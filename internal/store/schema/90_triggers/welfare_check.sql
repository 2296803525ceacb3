create or replace trigger by_an_act after insert or update of assigned_to on welfare_check
    for each row execute function named_by_an_act();
create or replace trigger note_change after insert or update on welfare_check for each row
    execute function note_change('case_ref', 'person_no', 'no');
