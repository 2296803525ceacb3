create or replace trigger decided_after_looking before insert on decision for each row execute function decided_after_looking();
