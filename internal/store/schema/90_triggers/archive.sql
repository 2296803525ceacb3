create or replace trigger note_change after insert or update on archive for each row
    execute function note_change('case_ref', 'no');
create or replace trigger by_acts after insert on archive for each row execute function done_by_two('trace.archive');
