-- The families of a lane as they were known at an instant, for forecasts: how far each was, and since when. Nothing
-- recorded later counts. Restricted families are in it only if in_restricted is true, and then only those that the reader
-- sees: so the worker can ask for what tells of none. evidence_at to decision_at are when a stage was first reached; a
-- stage that was passed over counts as reached with the next one. A stage that was opened by an act counts until the act
-- was struck. closed_at is set only of a family that left without a decision, archived_at of one that is archived
-- undecided.
create or replace function forecast_cases(in_lane text, as_of timestamptz, in_restricted boolean) returns table (
    case_ref text, imported_at timestamptz, drawn_at timestamptz, listing_date date, evidence_at timestamptz,
    representation_at timestamptz, decision_at timestamptz, signed_at timestamptz, closed_at timestamptz,
    archived_at timestamptz) language plpgsql stable security definer set search_path = hame, pg_temp as $$
declare
    whole boolean := session_user = 'hame_worker' or has_role('auditor');
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'senior_caseworker', 'auditor') then
        raise exception '% may not read the programme''s forecast', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
    with was as (
        select distinct on (w.case_ref) w.case_ref, w.lane from family_was w where w.until > as_of
            order by w.case_ref, w.until),
    reached as (
        select e.case_ref, min(e.opened_at) filter (where e.stage in ('evidence', 'welfare')) as evidence_at,
            min(e.opened_at) filter (where e.stage = 'representation') as representation_at,
            min(e.opened_at) filter (where e.stage = 'decision') as decision_at,
            max(e.opened_at) filter (where e.stage = 'closed') as closed_at
        from stage_entry e where e.opened_at <= as_of and (e.void_at is null or e.void_at > as_of) group by e.case_ref)
    select f.case_ref, f.imported_at, l.drawn_at, l.listing_date,
        least(s.evidence_at, s.representation_at, s.decision_at, d.signed_at),
        least(s.representation_at, s.decision_at, d.signed_at), least(s.decision_at, d.signed_at), d.signed_at,
        case when d.signed_at is null then s.closed_at end,
        case when d.signed_at is null and s.closed_at is null then a.archived_at end
    from imported_family f
    left join was w using (case_ref)
    left join listing l on l.case_ref = f.case_ref and l.drawn_at <= as_of
    left join reached s on s.case_ref = f.case_ref and l.case_ref is not null
    left join decision d on d.case_ref = f.case_ref and d.no = 1 and d.signed_at <= as_of
    left join archive a on a.case_ref = f.case_ref and a.archived_at <= as_of and (a.until is null or a.until > as_of)
    where f.imported_at <= as_of and coalesce(l.lane, w.lane, f.lane) = in_lane
      and (not f.restricted or in_restricted and (whole or may_see(f.case_ref)));
end $$;
