create or replace trigger belongs before insert on command_text for each row execute function check_text();
create or replace trigger only_blanked before update or delete on command_text
    for each row execute function only_blanked();
