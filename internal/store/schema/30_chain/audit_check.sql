-- What differs from heads that were exported earlier, [{subject, n, hash}], and
-- every link that does not follow from what it stands on.
create or replace function audit_check(heads jsonb) returns table (subject text, n int, detail text)
    language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    perform only_the_auditor();
    return query
    select e.subject, e.n, case when l.hash is null then 'the link is gone' else 'the link has another hash' end
        from jsonb_to_recordset(heads) e (subject text, n int, hash text)
        left join chain_link l on l.subject = e.subject and l.n = e.n
        where encode(l.hash, 'hex') is distinct from e.hash
    union
    select b.subject, b.n, 'the chain breaks here' from broken_chains() b
    order by 1, 2, 3;
end $$;
