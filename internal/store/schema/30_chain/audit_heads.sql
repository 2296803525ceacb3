-- The heads of all chains, always in the same order, to be kept elsewhere.
create or replace function audit_heads() returns table (subject text, n int, hash text)
    language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    perform only_the_auditor();
    return query select h.subject, h.n, encode(h.hash, 'hex') from chain_head h order by h.subject collate "C";
end $$;
