create or replace trigger insert_only before update or delete on deadline_change
    for each row execute function refuse_change();
