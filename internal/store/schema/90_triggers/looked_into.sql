create or replace trigger note_change after insert on looked_into for each row
    execute function note_change('case_ref', 'person_no', 'about', 'no');
