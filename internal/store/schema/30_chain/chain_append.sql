-- Adds a link to the chain of a subject. It holds the chain's head until the transaction ends: two links never follow
-- the same one, and a head is a row that no login of the staff can reach but by an act of its own.
create or replace function chain_append(in about text, in content text, out n int, out hash bytea)
language plpgsql as $$
declare
    last chain_head;
begin
    insert into chain_head (subject, n, hash) values (about, 0, convert_to(about, 'UTF8')) on conflict do nothing;
    select h.* into last from chain_head h where h.subject = about for update;
    n := last.n + 1;
    hash := sha256(last.hash || convert_to(content, 'UTF8'));
    update chain_head h set n = chain_append.n, hash = chain_append.hash, changed_at = clock_timestamp()
        where h.subject = about;
end $$;
