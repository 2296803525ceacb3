create or replace trigger stamp_owed_by before insert on task for each row execute function stamp_owed_by();
create or replace trigger stamp_calendar before insert on task for each row execute function stamp_calendar();
