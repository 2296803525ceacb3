create or replace trigger by_an_act after insert or update on officer for each row execute function named_by_an_act();
