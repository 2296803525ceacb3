create or replace trigger never_parted before insert on duplicate_candidate for each row
    execute function never_parted();
