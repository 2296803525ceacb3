-- What would follow if an act on a case were struck: who did it and when, what rests on it, which facts would no longer
-- count, and which tasks would be moot or open again. Null if there is no such act that the login may strike.
create or replace function what_follows(ref text, in_act int) returns jsonb
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    if sight_of(ref) is null then
        return null;
    end if;
    perform only_recorded_reads(ref, 'acts');
    return (
        select jsonb_build_object('act', c.chain_n, 'kind', c.kind, 'subject', c.subject_no, 'person', c.person,
            'own', person_key(c.person) = person_key(my_person()), 'done_on', london_day(o.business_at),
            'today', london_day(o.business_at) = business_today(), 'struck', is_struck(c.id),
            'asked_by', coalesce((select s.first_by from strike s where s.command_id = c.id and s.result is null), ''),
            'asked_by_me', exists (select from strike s where s.command_id = c.id and s.result is null
                and person_key(s.first_by) = person_key(my_person())),
            'signed', exists (select from review r where r.case_ref = ref and r.signed_on is not null),
            'file_rests', exists (select from proposal p where p.case_ref = ref and p.state = 'open')
                or exists (select from review r where r.case_ref = ref and r.signed_on is not null),
            -- What rests on it may be for others to know.
            'rests', (select coalesce(jsonb_agg(jsonb_build_object('act', x.act, 'kind', case when may_strike(
                    session_user::text, my_person(), x.kind, ref, clock_timestamp())
                    or sight_of(ref) in ('file', 'no_text')
                    then x.kind else '' end) order by x.act), '[]')
                from rests_on(c.id) x),
            'facts', (select coalesce(jsonb_agg(distinct a.of_table order by a.of_table), '[]') from act_change a
                where a.command_id = c.id and a.taken_back is null and a.of_table <> 'officer'),
            'moot', (select coalesce(jsonb_agg(jsonb_build_object('kind', t.kind, 'subject', t.subject,
                    'stage', t.stage) order by t.id), '[]')
                from task t where t.opened_by = c.id and t.void_at is null and t.closed_at is null
                    and t.kind not in ('service.arrival', 'closed.arrival')),
            'open_again', (select coalesce(jsonb_agg(jsonb_build_object('kind', t.kind, 'subject', t.subject,
                    'stage', t.stage) order by t.id), '[]')
                from task t where t.case_ref = ref and t.void_at is null
                    and (t.closed_by = c.id
                        -- Of two addressees the later letter had closed it.
                        or c.kind = 'letter.sent' and t.kind = 'evidence.letter' and t.closed_at is not null
                            and exists (select from letter l where l.case_ref = ref and l.no = c.subject_no
                                and l.kind = 'opening'))))
        from command c join command_outcome o on o.command_id = c.id and o.outcome in ('accepted', 'filed')
        where c.case_ref = ref and c.chain_n = in_act 
            and may_strike(session_user::text, my_person(), c.kind, ref, clock_timestamp()));
end $$;
