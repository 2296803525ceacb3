create or replace trigger decided_after_looking before insert on decision
    for each row execute function decided_after_looking();
create or replace trigger as_signed after insert or update on decision
    for each row execute function decision_as_signed();
create or replace trigger corrected_by_another before insert or update on decision
    for each row execute function corrected_by_another();
