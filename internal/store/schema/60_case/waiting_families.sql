-- The unlisted families of a lane that may be drawn, as the order of listing looks at them.
create or replace function waiting_families(in_lane text, in_all boolean) returns table (case_ref text, family_key text,
    imported_on date, supported boolean,
    arrived_on text, claim_date text, harm boolean, illness boolean, members text[]) language sql stable as $$
    select f.case_ref, f.family_key, f.imported_on, f.support <> 'none', h.arrived_on, h.claim_date,
        exists (select from person_flag x where x.case_ref = f.case_ref and x.flag = 'public_harm'
            and x.state <> 'off'),
        exists (select from person_flag x where x.case_ref = f.case_ref and x.flag = 'serious_illness'
            and x.state <> 'off'),
        -- Who of them may be a child is casefile's to say.
        coalesce((select array_agg(concat_ws('|', p.relationship, p.date_of_birth, case when exists (
                      select from person_flag x where x.case_ref = p.case_ref and x.no = p.no and x.flag = 'age_dispute'
                          and x.state <> 'off')
                      then 'disputed' else '' end, p.arrived_on, p.born_in_scotland) order by p.no) from person p where p.case_ref = f.case_ref), '{}')
    from family f join person h on h.case_ref = f.case_ref and h.relationship = 'principal'
    where f.lane = in_lane
      and not exists (select from listing l where l.case_ref = f.case_ref)
      -- The order does not show that a family is held back because of a case that the reader does not see.
      and not exists (select from held_as_double h where h.case_ref = f.case_ref
                      and (in_all or h.a is null or (may_see(h.a) and may_see(h.b))))
      -- A family that has moved away waits until somebody has said whether it has.
      and not exists (select from import_difference d where d.case_ref = f.case_ref and d.field = 'council'
          and d.finding is null)
    order by f.case_ref
$$;
