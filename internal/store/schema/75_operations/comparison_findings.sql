-- What the last finished comparison of record and Temporal found, or one by its number. Operations read it whole: they
-- must be able to recover a review of a case that they may not see, and learn its reference only. That a case is
-- restricted only the auditor is told.
create or replace function comparison_findings(in_no bigint) returns table (no bigint, finished_at timestamptz,
    rule text, case_ref text, detail text)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    if not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query select c.no, c.finished_at, f.rule, f.case_ref, f.detail
        from comparison c left join comparison_finding f on f.comparison = c.no
             and (f.rule <> 'restricted reviews stand apart' or has_role('auditor'))
        where c.no = coalesce(in_no, (select max(x.no) from comparison x where x.finished_at is not null))
            and c.finished_at is not null
        order by f.rule, f.case_ref;
end $$;
