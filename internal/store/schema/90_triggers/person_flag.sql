create or replace trigger public_harm before insert or update on person_flag
    for each row execute function public_harm_takes_two();
