create or replace trigger stamp_import before insert on family for each row execute function stamp_import();
create or replace trigger keep_was before update of lane, council on family for each row
    when (old.lane <> new.lane or old.council <> new.council) execute function keep_family_was();
create or replace trigger move_review after update of restricted on family for each row
    when (old.restricted <> new.restricted) execute function note_review_to_move();
create or replace trigger moved_by_an_act before update of council on family for each row
    when (old.council <> new.council) execute function moved_by_an_act();
create or replace trigger keep_wall before update of restricted on family for each row
    when (old.restricted and not new.restricted) execute function keep_wall();
