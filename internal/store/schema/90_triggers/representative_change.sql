create or replace trigger insert_only before update or delete on representative_change for each row
    execute function refuse_change();
