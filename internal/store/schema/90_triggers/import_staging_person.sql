create or replace trigger only_operations before insert on import_staging_person
    for each statement execute function only_operations();
