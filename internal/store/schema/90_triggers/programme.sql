create or replace trigger goes_on before update of business_now on programme for each row execute function goes_on();
