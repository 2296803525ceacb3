create or replace trigger by_acts after insert or update on flag_request
    for each row execute function flag_asked_by_acts();
