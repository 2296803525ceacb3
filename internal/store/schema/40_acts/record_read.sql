-- Records that the session's login reads a part of a case. Returns false if it may not. The reading functions refuse
-- until this is committed, so that a reader can't roll it back.
create or replace function record_read(ref text, what text) returns boolean
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    if not coalesce(may_read(record_read.what, sight_of(ref)), false) then
        return false;
    end if;
    insert into case_read (case_ref, what) values (ref, record_read.what);
    return true;
end $$;
