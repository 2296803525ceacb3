-- Who read a case, also if its family went with an import that was taken back.
create or replace function audit_reads(ref text) returns table (at timestamptz, person text, login text, what text)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    perform only_the_auditor();
    if not may_see(ref) and not exists (select from family_taken_back t where t.case_ref = ref) then
        raise exception 'no such case' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    return query select r.read_at, r.person, r.login, r.what from case_read r where r.case_ref = ref order by r.id;
end $$;
