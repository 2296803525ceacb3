-- Refuses any change of a row that was written once.
create or replace function refuse_change() returns trigger language plpgsql set search_path = hame, pg_temp as $$
begin
    raise exception '% is insert-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;
