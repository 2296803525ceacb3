-- What happened to a case, in business time where there is one. Acts have their numbers in the case's chain; an act
-- that was struck stays, and says so. Of an item of post that was taken off the file, who had read the file meanwhile
-- is told.
create or replace function case_timeline(ref text) returns table (at timestamptz, what text, act int, who text,
    detail text)
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    if not coalesce(may_read('timeline', sight_of(ref)), false) then
        return;
    end if;
    perform only_recorded_reads(ref, 'timeline');
    return query
    select l.drawn_at, 'drawn', 0, 'operations', 'listed for ' || l.listing_date || ': ' || l.why from listing l
        where l.case_ref = ref
    union all
    select e.opened_at, 'stage', 0, '', e.stage || ' opened' || case when e.no > 1 then ' again' else '' end
        from stage_entry e where e.case_ref = ref
    union all
    select coalesce(o.business_at, c.recorded_at), c.kind, c.chain_n, c.person,
           case when c.subject_no = 0 then '' when c.kind = 'case.confirm' then 'request ' || c.subject_no || ' '
               else '/' || c.subject_no || ' ' end || 'on ' || c.attested_on || ': '
           || coalesce(o.outcome || case when o.code <> '' then ' (' || o.code || ')' else '' end, 'not yet delivered')
           || coalesce('; struck on ' || london_day(k.settled_at) || ' by '
               || concat_ws(' and ', k.first_by, k.second_by)
               || ': ' || k.reason, '')
           || case when c.kind <> 'case.strike' then '' when c.fields->>'reason' = 'stands'
               then ': let act ' || (c.fields->>'act') || ' stand'
               else ': act ' || (c.fields->>'act') || ', ' || (c.fields->>'reason') end
    from command c left join command_outcome o on o.command_id = c.id
        left join strike k on k.command_id = c.id and k.result = 'struck'
    where c.case_ref = ref
    union all
    select k.settled_at, 'post seen', 0, r.person, 'the file was read on ' || london_day(max(r.read_at))
           || ' while the item of act ' || c.chain_n || ' was on it'
    from strike k join command c on c.id = k.command_id and c.kind in ('post.link', 'post.receive')
        join command f on f.id = coalesce(k.second_id, k.first_id)
        join case_read r on r.case_ref = ref and r.read_at between c.recorded_at and f.recorded_at
            and r.what not in ('acts', 'clocks')
            and exists (select from staff m join case_role x on x.role = m.role and x.sees = 'file'
                where m.login = r.login)
    where k.case_ref = ref and k.result = 'struck' and sight_of(ref) = 'file'
        and not exists (select from post_item i where i.command_id = c.id and i.case_ref = ref)
        and (c.kind = 'post.link' or exists (select from post_item i where i.command_id = c.id))
    group by k.settled_at, r.person, c.chain_n
    union all
    select d.signed_at, 'decision ' || d.no, 0, concat_ws(', ', d.author, d.second), 'signed: ' || d.rollup
           || coalesce(case when d.second_due = 'remake' then '; made anew after decision ' else '; it corrects decision ' end
               || b.no || ' of ' || b.signed_on, '')
    from decision d left join decision b on b.case_ref = d.case_ref and b.no = d.no - 1 where d.case_ref = ref
    union all
    -- A rung acted on the day that was shown then.
    select r.acted_at, r.kind, 0, '', t.kind || case when t.subject > 0 then '/' || t.subject else '' end
           || ', due ' || coalesce(due_as_known(t, r.acted_at)::text, 'no day: stopped') || case when r.effect <> ''
               then ': ' || r.effect else '' end
    from rung r join task t on t.id = r.task_id where t.case_ref = ref and r.acted_at >= t.opened_at
    union all
    select h.fired_at, 'threshold', 0, '', '/' || h.person_no || ' ' || h.kind || ' on ' || h.on_day || '; rule set '
           || s.id || ' (' || h.rule_set || ') in force'
           || case when h.signed then '; recorded only: the decision was signed' else '' end
    from threshold h join rule_set s on s.hash = h.rule_set where h.case_ref = ref
    union all
    select d.at, 'deadline moved', 0, coalesce((select c.person from command c where c.id = d.command_id), ''),
           t.kind || case when t.subject > 0 then '/' || t.subject else '' end || ', due '
               || coalesce(d.old_due::text, 'no day')
           || ' -> ' || coalesce(d.new_due::text, 'no day: stopped') || case when d.provisional then ' (provisional)'
               else '' end || ': ' || d.cause
    from deadline_change d join task t on t.id = d.task_id where t.case_ref = ref
    union all
    select m.merged_at, 'merged', m.chain_n, concat_ws(', ', m.first_by, m.second_by), 'into ' || m.into_ref
    from file_merge m
    where m.other_ref = ref and sight_of(ref) in ('file', 'no_text') and may_see(m.into_ref)
    union all
    select u.unmerged_at, 'parted', u.chain_n, concat_ws(', ', u.first_by, u.second_by), 'from ' || m.into_ref
    from file_unmerge u join file_merge m using (other_ref, no)
    where u.other_ref = ref and sight_of(ref) in ('file', 'no_text') and may_see(m.into_ref)
    order by 1, 3, 2;
end $$;
