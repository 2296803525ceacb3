create or replace trigger note_change after insert or update on withdrawal for each row
    execute function note_change('case_ref', 'person_no', 'no');
