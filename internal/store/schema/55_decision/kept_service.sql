-- Whether a person keeps the service of an earlier decision: the one named was made anew for others, and gives this person
-- the same outcome.
create or replace function kept_service(in_case text, in_decision int, in_person int, in_outcome text, in_served date)
    returns boolean language plpgsql stable set search_path = hame, pg_temp as $$
begin
    return (
        select exists (
            select from decision d
            join decision_outcome e on e.case_ref = d.case_ref and e.decision_no = d.no - 1
            where d.case_ref = in_case and d.no = in_decision and d.second_due = 'remake'
              and e.person_no = in_person and e.outcome = in_outcome and e.fell_on is null and e.served_on = in_served)
    );
end $$;
