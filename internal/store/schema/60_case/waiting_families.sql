-- The unlisted families of a lane that may be drawn, as the order of listing looks at them.
create or replace function waiting_families(in_lane text) returns table (case_ref text, family_key text, imported_on date, supported boolean,
    arrived_on text, claim_date text, harm boolean, illness boolean, births text[]) language sql stable as $$
    select f.case_ref, f.family_key, f.imported_on, f.support <> 'none', h.arrived_on, h.claim_date,
        exists (select from person_flag x where x.case_ref = f.case_ref and x.flag = 'public_harm' and x.state <> 'off'),
        exists (select from person_flag x where x.case_ref = f.case_ref and x.flag = 'serious_illness' and x.state <> 'off'),
        coalesce((select array_agg(p.date_of_birth order by p.no) from person p where p.case_ref = f.case_ref
                  and p.relationship not in ('principal', 'spouse', 'partner')), '{}')
    from family f join person h on h.case_ref = f.case_ref and h.relationship = 'principal'
    where f.lane = in_lane
      and not exists (select from listing l where l.case_ref = f.case_ref)
      and not exists (select from duplicate_candidate d where f.case_ref in (d.a, d.b) and d.resolved_on is null)
      and not exists (select from hold o where o.case_ref = f.case_ref and o.ground = 'duplicate' and o.ended_on is null)
    order by f.case_ref
$$;
