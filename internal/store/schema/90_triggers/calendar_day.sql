create or replace trigger insert_only before update or delete on calendar_day
    for each row execute function refuse_change();
