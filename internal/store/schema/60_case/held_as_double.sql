-- Whether an unlisted family is held back because it may be another one's double, or is. A reader who does not see
-- the other file is not told: in_all is for the worker and the auditor.
create or replace function held_as_double(in_case text, in_all boolean) returns boolean language sql stable as $$
    select exists (select from duplicate_candidate d where in_case in (d.a, d.b) and d.resolved_on is null
                   and (in_all or (may_see(d.a) and may_see(d.b))))
        or exists (select from hold h where h.case_ref = in_case and h.ground = 'duplicate' and h.ended_on is null)
$$;
