-- The families that wait, as the caller may see them: asking may_see of each took minutes.
create or replace function waiting_order(in_lane text) returns table (case_ref text, family_key text, imported_on date,
    supported boolean,
    arrived_on text, claim_date text, harm boolean, illness boolean, members text[], rule_set text)
        language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    if not has_role('operations', 'senior_caseworker', 'auditor') then
        raise exception '% may not read the order of listing', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
    select w.*, (select r.body from operative_rule_set(in_lane, business_today()) r)
    from waiting_families(in_lane, has_role('auditor')) w join case_sight s on s.case_ref = w.case_ref
        where s.sight is not null
    order by w.case_ref;
end $$;
