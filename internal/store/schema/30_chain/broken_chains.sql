-- The links that do not follow from what they stand on, and heads that no link explains.
create or replace function broken_chains() returns table (subject text, n int)
language sql stable as $$
    with followed as (
        select l.*, lag(l.hash) over w as previous, row_number() over w as expected from chain_link l
        window w as (partition by l.subject order by l.n))
    select subject, n from followed
    where n <> expected
       or hash <> sha256(coalesce(previous, convert_to(subject, 'UTF8')) || convert_to(content, 'UTF8'))
    union all
    select coalesce(h.subject, l.subject), coalesce(h.n, l.n)
    from chain_head h full join (select distinct on (subject) * from chain_link order by subject, n desc) l
        using (subject)
    where h.hash is distinct from l.hash or h.n is distinct from l.n
    union all
    -- A text may be erased, and never altered.
    select chain_subject(c), c.chain_n from command c join command_text t on t.command_id = c.id
    where t.body is not null and c.text_digest is distinct from sha256(t.salt || convert_to(t.body, 'UTF8'))
$$;
