create or replace trigger insert_only before update or delete on named_on_case for each row execute function refuse_change();
