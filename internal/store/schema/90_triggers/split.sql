create or replace trigger by_acts after insert on split for each row execute function done_by_two('case.split');
create or replace trigger stays before delete on split for each row execute function refuse_change();
