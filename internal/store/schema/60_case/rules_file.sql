-- What a family's file shows of it, as far as rule sets ask: those of its people whose part in the case has not ended by
-- itself, the principal first; of each provider all that it sent; of each child the last signed report.
create or replace function rules_file(ref text) returns jsonb language plpgsql stable as $$
begin
    return (
        select jsonb_build_object(
            'supported', f.support <> 'none',
            'accepted', exists (select from representation r where r.case_ref = ref and r.answer = 'accepted'),
            'sent', (select jsonb_object_agg(x.provider, x.results) from (
                select e.provider, jsonb_agg(distinct e.result) as results from evidence e where e.case_ref = ref
                group by 1) x),
            'lives', (select jsonb_agg(distinct k) from evidence e, unnest(e.kinds) k where e.case_ref = ref),
            'best_interests', (select jsonb_agg(x.finding) from (
                select distinct on (w.person_no) w.findings->>'best_interests' as finding from welfare_check w
                where w.case_ref = ref and w.signed_on is not null order by w.person_no, w.no desc) x),
            'checks', (select jsonb_object_agg(x.person_no, x.result) from (
                select distinct on (c.person_no) c.person_no, c.result from security_check c
                where c.case_ref = ref and c.done_on is not null order by c.person_no, c.no desc) x),
            'people', (select jsonb_agg(jsonb_build_object('no', p.no, 'relationship', p.relationship,
                    'birth', p.date_of_birth, 'born_in_scotland', p.born_in_scotland, 'arrived_on', p.arrived_on,
                    'claim_date', p.claim_date, 'age_disputed', 'age_dispute' = any (g.flags),
                    'serious_illness', 'serious_illness' = any (g.flags), 'harm_alleged', 'public_harm' = any (g.flags),
                    'harm_confirmed', g.confirmed) order by p.relationship <> 'principal', p.no)
                from person p
                cross join lateral (
                    select coalesce(array_agg(x.flag), '{}') as flags,
                           coalesce(bool_or(x.flag = 'public_harm' and x.state = 'confirmed'), false) as confirmed
                    from person_flag x where x.case_ref = p.case_ref and x.no = p.no and x.state <> 'off') g
                where p.case_ref = ref
                  and not exists (select from end_in_force e where e.case_ref = p.case_ref and e.person_no = p.no)))
        from family f where f.case_ref = ref);
end $$;
