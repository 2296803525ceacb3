create or replace trigger insert_only before update or delete on rung for each row execute function refuse_change();
