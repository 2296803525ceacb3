create or replace trigger by_acts after insert on removal_window for each row
    execute function done_by_two('return.window');
create or replace trigger note_change after insert or update on removal_window for each row
    execute function note_change('case_ref', 'person_no', 'no');
