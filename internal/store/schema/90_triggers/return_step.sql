create or replace trigger note_change after insert on return_step for each row
    execute function note_change('case_ref', 'person_no', 'no');
