create or replace trigger insert_only before update or delete on family_taken_back
    for each row execute function refuse_change();
