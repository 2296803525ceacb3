create or replace trigger by_acts after insert or update on person_end for each row execute function end_by_acts();
create or replace trigger note_change after insert or update on person_end for each row
    execute function note_change('case_ref', 'person_no', 'no');
