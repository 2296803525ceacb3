create or replace trigger stamp before insert on command_outcome for each row execute function stamp_outcome();
create or replace trigger insert_only before update or delete on command_outcome
    for each row execute function refuse_change();
create or replace trigger undelivered after insert on command_outcome for each row execute function
    strike_undelivered();
