create or replace trigger second_officer_stays_due before insert or update of second_due on proposal
    for each row execute function second_officer_stays_due();
