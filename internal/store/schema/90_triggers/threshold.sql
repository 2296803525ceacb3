create or replace trigger insert_only before update or delete on threshold for each row execute function refuse_change();
