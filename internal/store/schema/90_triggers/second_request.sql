create or replace trigger by_acts after insert or update on second_request
    for each row execute function second_by_acts();
create or replace trigger note_change after insert or update on second_request for each row
    execute function note_change('case_ref', 'no');
