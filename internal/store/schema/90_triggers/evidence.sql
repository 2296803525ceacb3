create or replace trigger note_change after insert on evidence for each row
    execute function note_change('case_ref', 'no');
