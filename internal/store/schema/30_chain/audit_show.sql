-- Every act on a case with what became of it and its links. Refused unless the reading is on record.
create or replace function audit_show(ref text) returns table (id uuid, at timestamptz, person text, login text,
    kind text, subject_no int, attested_on date,
        text_is text, link int, hash text, outcome text, code text, outcome_link int, outcome_hash text)
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    perform only_the_auditor();
    if not may_see(ref) then
        raise exception 'no such case' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    perform only_recorded_reads(ref, 'audit');
    return query select c.id, c.recorded_at, c.person, c.login, c.kind, c.subject_no, c.attested_on,
            case when c.text_digest is null then 'none' when t.body is null then 'erased' else 'there' end,
            c.chain_n, left(encode(c.chain_hash, 'hex'), 12), coalesce(o.outcome, ''), coalesce(o.code, ''),
            coalesce(o.chain_n, 0), coalesce(left(encode(o.chain_hash, 'hex'), 12), '')
        from command c left join command_outcome o on o.command_id = c.id left
            join command_text t on t.command_id = c.id
        where c.case_ref = ref order by c.chain_n;
end $$;
