-- A case's deadlines, running and past, for those who may see its tasks: what each began with, what was added, when it
-- stood still, and each date that it was shown with. Why a case is held is for those who see the file. Refused
-- unless the reading is on record.
create or replace function case_clocks(ref text) returns jsonb language plpgsql security definer
    set search_path = hame, pg_temp as $$
declare
    sight text := sight_of(ref);
begin
    if sight is null then
        return null;
    end if;
    perform only_recorded_reads(ref, 'clocks');
    return jsonb_build_object('case', ref, 'sees', sight, 'now', business_now(), 'calendar', calendar_in_force(),
        'council', (select f.council from family f where f.case_ref = ref),
        'tasks', (select coalesce(jsonb_agg(jsonb_build_object(
                'kind', t.kind, 'subject', t.subject, 'awaiting', t.awaiting, 'began', t.began, 'days', t.days, 'unit',
                    t.unit,
                'calendar', t.calendar, 'calendar_version', t.calendar_version, 'kept',
                    coalesce(t.kept_under = calendar_in_force(), false), 'due_on', t.due_on, 'provisional',
                    t.provisional,
                'next_rung', t.next_rung, 'next_at', t.next_at, 'overdue', t.overdue, 'escalated', t.escalated,
                'closed_at', t.closed_at, 'result', t.result, 'attested_on', t.attested_on,
                'pauses', (select coalesce(jsonb_agg(jsonb_build_object('from', h.opened_on, 'until', h.ended_on)
                    order by h.id), '[]')
                           from hold h join ground_stops s on s.ground = h.ground and s.kind = t.kind
                           where h.case_ref = ref and not h.runs_on and (h.ended_on is null or h.ended_on > t.began)),
                'extensions', (select
                    coalesce(jsonb_agg(to_jsonb(e) - array['case_ref', 'task_id', 'command_id', 'withdrawal_id']
                                   - case when sight = 'file' then array[]::text[] else array['reason'] end
                                       order by e.no), '[]')
                               from extension e where e.task_id = t.id),
                -- Why a hold ended, or more time was taken back, may tell of the family.
                'changes', (select coalesce(jsonb_agg(to_jsonb(d) - array['task_id', 'recorded_at', 'command_id']
                                || jsonb_build_object('by', coalesce(c.person, ''),
                                       'reason', case when d.cause = 'calendar' or sight = 'file'
                                           then coalesce(c.fields->>'reason', '') else '' end,
                                       'label', coalesce((select v.label from calendar_version v
                                           where v.version = d.new_version and d.cause = 'calendar'), ''))
                                order by d.no), '[]')
                            from deadline_change d
                            left join lateral (select x.command_id from calendar_application x
                                where x.version = d.new_version and d.cause = 'calendar'
                                               order by coalesce(x.replaced = d.old_version, false) desc,
                                                   x.no desc limit 1) a on true
                            left join command c on c.id = coalesce(d.command_id, a.command_id)
                            where d.task_id = t.id))
                order by t.closed_at is not null, t.next_at nulls last, t.id), '[]')
            from task t where t.case_ref = ref and t.void_at is null
              and (sight in ('file', 'no_text') or (sight = 'children' and t.stage = 'welfare')
                  or (sight = 'summary' and t.stage = 'representation')
                   or t.awaiting in (select m.role from my_roles() m))),
        'answers', (select coalesce(jsonb_agg(jsonb_build_object('person', i.person_no, 'put_on', i.put_on,
            'answer_by', i.answer_by, 'answered', answered(i),
                        'changes', (select coalesce(jsonb_agg(jsonb_build_object('cause', a.cause, 'at', a.at,
                            'old_by', a.old_by, 'new_by', a.new_by,
                                            'old_version', a.old_version, 'new_version', a.new_version) order by a.no),
                                                '[]')
                                    from answer_change a where a.interview = i.command_id)) order by i.held_on,
                                        i.command_id), '[]')
                    from interview i where i.case_ref = ref and i.adverse <> 'none' and sight = 'file'),
        'holds', (select coalesce(jsonb_agg(jsonb_build_object('person', h.person_no, 'opened_on', h.opened_on,
            'ended_on', h.ended_on,
                      'review_on', h.review_on, 'runs_on', h.runs_on, 'ground',
                          case when sight = 'file' then h.ground else '' end) order by h.id), '[]')
                  from hold h where h.case_ref = ref and sight in ('file', 'no_text')));
end $$;
