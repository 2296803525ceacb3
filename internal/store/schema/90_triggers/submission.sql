create or replace trigger no_delete before delete on submission for each row execute function refuse_change();
