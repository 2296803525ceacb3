-- A waiver is grant-only: until the child's check is signed, no member of the family can be refused.
create or replace function refuse_after_waiver() returns trigger language plpgsql set search_path = hame, pg_temp as $$
begin
    if new.outcome not like 'GRANT%' and exists (
        select from welfare_waiver w
        where w.case_ref = new.case_ref
          and exists (select from present p where p.case_ref = w.case_ref and p.no = w.person_no)
          and not exists (select from welfare_check c where c.case_ref = w.case_ref and c.person_no = w.person_no
                          and c.signed_on >= w.given_on)) then
        raise exception 'a child''s check was waived: only a grant may be signed'
            using errcode = 'check_violation', constraint = 'waiver_allows_grant_only';
    end if;
    return new;
end $$;
