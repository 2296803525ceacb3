-- A file behind a wall stays restricted.
create or replace function keep_wall() returns trigger language plpgsql set search_path = hame, pg_temp as $$
begin
    if exists (select from split s where s.own_ref = new.case_ref and s.walled) then
        raise exception 'the wall stands' using errcode = 'check_violation', constraint = 'wall_stands';
    end if;
    return new;
end $$;
