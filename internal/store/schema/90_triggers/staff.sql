create or replace trigger stamp before insert on staff for each row execute function stamp_grant();
create or replace trigger remember after insert on staff for each row execute function remember_member();
create or replace trigger zz_audit after insert or update or delete on staff
    for each row execute function audit_staff();
create or replace trigger one_house before insert or update on staff for each row execute function one_house();
