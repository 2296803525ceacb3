-- What the thresholds of each person of a family are worked out from (casefile.PersonDays), with when each last fired.
-- Whose day comes when is casefile's to say. Time tells nothing of whose part has ended.
create or replace function threshold_days(ref text) returns jsonb language plpgsql stable as $$
begin
    return (
    select jsonb_agg(jsonb_build_object(
        'no', p.no, 'relationship', p.relationship, 'date_of_birth', p.date_of_birth, 'arrived_on', p.arrived_on,
        'born_in_scotland', p.born_in_scotland, 'child_when_listed', coalesce(p.child_when_listed, false),
        'age_disputed', exists (select from person_flag x where x.case_ref = p.case_ref and x.no = p.no
            and x.flag = 'age_dispute' and x.state <> 'off'),
        'check_done_on', (select max(s.done_on) from security_check s where s.case_ref = p.case_ref
            and s.person_no = p.no),
        'welfare_signed_on', (select max(w.signed_on) from welfare_check w where w.case_ref = p.case_ref
            and w.person_no = p.no),
        'fired', (select jsonb_object_agg(t.kind, t.last) from (select h.kind, max(h.fired_at) as last from threshold h
            where h.case_ref = p.case_ref and h.person_no = p.no group by h.kind) t)) order by p.no)
    from present q join person p using (case_ref, no) where p.case_ref = ref
    );
end $$;
