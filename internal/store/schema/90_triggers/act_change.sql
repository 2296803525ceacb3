create or replace trigger only_taken_back before update or delete on act_change
    for each row execute function only_taken_back();
