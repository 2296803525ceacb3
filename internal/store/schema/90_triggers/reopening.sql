create or replace trigger note_change after insert or update on reopening for each row
    execute function note_change('case_ref', 'no');
create or replace trigger by_acts after insert on reopening for each row execute function reopened_by_two();
