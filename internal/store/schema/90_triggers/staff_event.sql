create or replace trigger stamp before insert on staff_event for each row execute function stamp_staff_event();
create or replace trigger insert_only before update or delete on staff_event
    for each row execute function refuse_change();
