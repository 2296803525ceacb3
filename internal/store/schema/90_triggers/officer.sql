create or replace trigger by_an_act after insert or update on officer for each row execute function named_by_an_act();
create or replace trigger note_change after insert on officer for each row
    execute function note_change('case_ref', 'person');
