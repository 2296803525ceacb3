-- Records what a comparison found: [{rule, case, detail}].
create or replace function finish_comparison(in_no bigint, in_findings jsonb) returns void
    language plpgsql volatile security definer set search_path = hame, pg_temp as $$
begin
    update comparison set finished_at = clock_timestamp() where no = in_no and finished_at is null;
    if not found then
        return; -- another worker took it when this one was late
    end if;
    insert into comparison_finding (comparison, rule, case_ref, detail)
        select in_no, f->>'rule', coalesce(f->>'case', ''), f->>'detail' from jsonb_array_elements(in_findings) f;
end $$;
