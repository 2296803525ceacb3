-- Records that the session's login reads a case, and tells whether it may read
-- that of it. A reading function then wants this to
-- be committed: what was read can't be rolled back out of the record.
create or replace function record_read(ref text, what text) returns boolean
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    if not coalesce(may_read(record_read.what, sight_of(ref)), false) then
        return false;
    end if;
    insert into case_read (case_ref, what) values (ref, record_read.what);
    return true;
end $$;
