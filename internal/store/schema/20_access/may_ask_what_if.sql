-- Who may ask what other rules would say: those who steer the programme, those who answer for it, and the minister's
-- office.
create or replace function may_ask_what_if() returns boolean language sql stable security definer
    set search_path = hame, pg_temp as $$
    select has_role('operations', 'senior_caseworker', 'auditor', 'representation_drafter', 'private_office', 'minister')
$$;
