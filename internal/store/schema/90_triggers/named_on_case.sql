create or replace trigger insert_only before update or delete on named_on_case
    for each row execute function refuse_change();
create or replace trigger by_an_act after insert on named_on_case for each row execute function named_by_an_act();
