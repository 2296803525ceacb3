create or replace trigger insert_only before update or delete on case_read
    for each row execute function refuse_change();
create or replace trigger stamp before insert on case_read for each row execute function stamp_read();
