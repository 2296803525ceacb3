create or replace trigger only_operations before insert on import_staging
    for each statement execute function only_operations();
