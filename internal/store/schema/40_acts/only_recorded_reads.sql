-- Refuses to read a part of a case that the session's login has not put on record as read, in another transaction and
-- within the last minute. The case itself, null, is read under any word.
create or replace function only_recorded_reads(ref text, part text) returns void
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    if not exists (
        select from case_read r
        where r.case_ref = ref and r.login = session_user and r.read_at > clock_timestamp() - interval '1 minute'
          and (part is null or r.what = part) and r.in_transaction <> pg_current_xact_id()) then
        raise exception 'a case is read after record_read has said so, in a transaction of its own'
            using errcode = 'insufficient_privilege';
    end if;
end $$;
