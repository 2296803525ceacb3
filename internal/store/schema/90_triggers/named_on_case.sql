create or replace trigger insert_only before update or delete on named_on_case
    for each row execute function only_struck();
create or replace trigger by_an_act after insert on named_on_case for each row execute function named_by_an_act();
create or replace trigger note_change after insert on named_on_case for each row
    execute function note_change('command_id');
