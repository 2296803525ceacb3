-- Stamps who changed the staff list and when, and links the change to the others.
create or replace function stamp_staff_event() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
begin
    new.by_login := session_user;
    new.recorded_at := clock_timestamp();
    select a.n, a.hash into new.chain_n, new.chain_hash from chain_append('staff', chain_content(new)) a;
    return new;
end $$;
