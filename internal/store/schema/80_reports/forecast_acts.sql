-- The acts that were done on the last thousand families of a lane that were decided, by the phase in which they were done,
-- and after the signature on the last thousand that were carried out: forecast.Acts. An act that was struck took its time,
-- and counts. Whose families count is forecast_cases' to say.
create or replace function forecast_acts(in_lane text, as_of timestamptz, in_restricted boolean) returns jsonb
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    return (
    with cases as materialized (select * from forecast_cases(in_lane, as_of, in_restricted)),
    decided as (
        select c.* from cases c where c.signed_at is not null order by c.signed_at desc, c.case_ref limit 1000),
    carried_out as (
        select c.* from cases c cross join lateral (select max(e.opened_at) as at from stage_entry e
            where e.case_ref = c.case_ref and e.stage = 'closed' and e.opened_at <= as_of
                and (e.void_at is null or e.void_at > as_of)) z
        where c.signed_at is not null and z.at is not null order by z.at desc, c.case_ref limit 1000),
    done as (
        select a.kind as act, case when o.business_at < coalesce(c.evidence_at, c.signed_at) then 'listed'
                when o.business_at < coalesce(c.representation_at, c.signed_at) then 'gathering'
                when o.business_at < coalesce(c.decision_at, c.signed_at) then 'representation'
                else 'decision' end as phase
        from decided c join command a on a.case_ref = c.case_ref join command_outcome o on o.command_id = a.id
        where o.outcome in ('accepted', 'filed') and o.business_at <= c.signed_at
        union all
        select a.kind, 'service'
        from carried_out c join command a on a.case_ref = c.case_ref join command_outcome o on o.command_id = a.id
        where o.outcome in ('accepted', 'filed') and o.business_at > c.signed_at and o.business_at <= as_of)
    select jsonb_build_object('decided', (select count(*) from decided), 'carried_out', (select count(*) from carried_out),
        'done', (select coalesce(jsonb_agg(jsonb_build_object('phase', x.phase, 'act', x.act, 'times', x.n)
            order by x.phase, x.act), '[]')
            from (select d.phase, d.act, count(*) as n from done d group by 1, 2) x)));
end $$;
