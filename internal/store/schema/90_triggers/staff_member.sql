create or replace trigger zz_audit after insert on staff_member for each row execute function audit_staff();
create or replace trigger stays before update or delete on staff_member for each row execute function refuse_change();
create or replace trigger one_spelling before insert on staff_member for each row execute function one_spelling();
