create or replace trigger no_delete before delete on proceeding for each row execute function refuse_change();
