create or replace trigger stamp before insert on command for each row execute function stamp_command();
create or replace trigger insert_only before update or delete on command for each row execute function refuse_change();
create or replace trigger by_its_function before insert on command for each row
    when (new.kind in ('text.erase', 'backlog.take-back')) execute function by_its_function();
create or replace trigger undelivered after insert on command for each row execute function note_undelivered();
