-- What happened to a case, in business time where there is one.
create or replace function case_timeline(ref text) returns table (at timestamptz, what text, who text, detail text)
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    if not coalesce(may_read('timeline', sight_of(ref)), false) then
        return;
    end if;
    perform only_recorded_reads(ref, 'timeline');
    return query
    select l.drawn_at, 'drawn', 'operations', 'listed for ' || l.listing_date || ': ' || l.why from listing l
        where l.case_ref = ref
    union all
    select e.opened_at, 'stage', '', e.stage || ' opened' from stage_entry e where e.case_ref = ref
    union all
    select coalesce(o.business_at, c.recorded_at), c.kind, c.person,
           case when c.subject_no > 0 then '/' || c.subject_no || ' ' else '' end || 'on ' || c.attested_on || ': '
           || coalesce(o.outcome || case when o.code <> '' then ' (' || o.code || ')' else '' end, 'not yet delivered')
    from command c left join command_outcome o on o.command_id = c.id where c.case_ref = ref
    union all
    select d.signed_at, 'decision ' || d.no, concat_ws(', ', d.author, d.second), 'signed: ' || d.rollup
           || coalesce('; it corrects decision ' || b.no || ' of ' || b.signed_on, '')
    from decision d left join decision b on b.case_ref = d.case_ref and b.no = d.no - 1 where d.case_ref = ref
    union all
    -- A rung acted on the day that was shown then.
    select r.acted_at, r.kind, '', t.kind || case when t.subject > 0 then '/' || t.subject else '' end
           || ', due ' || coalesce(due_as_known(t, r.acted_at)::text, 'no day: stopped') || case when r.effect <> ''
               then ': ' || r.effect else '' end
    from rung r join task t on t.id = r.task_id where t.case_ref = ref
    union all
    select d.at, 'deadline moved', coalesce((select c.person from command c where c.id = d.command_id), ''),
           t.kind || case when t.subject > 0 then '/' || t.subject else '' end || ', due '
               || coalesce(d.old_due::text, 'no day')
           || ' -> ' || coalesce(d.new_due::text, 'no day: stopped') || case when d.provisional then ' (provisional)'
               else '' end || ': ' || d.cause
    from deadline_change d join task t on t.id = d.task_id where t.case_ref = ref
    order by 1, 2;
end $$;
