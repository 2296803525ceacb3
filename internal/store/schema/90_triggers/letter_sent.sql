create or replace trigger note_change after insert or update on letter_sent for each row
    execute function note_change('case_ref', 'no', 'to_whom');
