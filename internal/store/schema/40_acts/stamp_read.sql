-- Stamps who reads and when, and links the reading to the others of its case.
create or replace function stamp_read() returns trigger
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    new.login := session_user;
    new.person := my_person();
    new.read_at := clock_timestamp();
    new.in_transaction := pg_current_xact_id();
    select a.n, a.hash into new.chain_n, new.chain_hash
        from chain_append('reads of ' || new.case_ref, chain_content(new)) a;
    return new;
end $$;
