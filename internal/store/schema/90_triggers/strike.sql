create or replace trigger by_acts after insert or update on strike for each row execute function strike_by_acts();
create or replace trigger stays before delete on strike for each row execute function refuse_change();
