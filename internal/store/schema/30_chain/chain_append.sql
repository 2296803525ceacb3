create or replace function chain_append(in about text, in content text, out n int, out hash bytea) language plpgsql as $$
begin
    -- The lock comes before the read of the last link, or two links could follow the same one.
    perform pg_advisory_xact_lock(hashtextextended('hame.chain.' || about, 0));
    select h.n + 1, sha256(h.hash || convert_to(content, 'UTF8')) into n, hash from chain_head h where h.subject = about;
    if n is null then
        n := 1;
        hash := sha256(convert_to(about || content, 'UTF8'));
        insert into chain_head values (about, n, hash);
    else
        update chain_head h set n = chain_append.n, hash = chain_append.hash where h.subject = about;
    end if;
end $$;
