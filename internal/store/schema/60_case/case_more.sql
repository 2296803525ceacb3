-- What case_file shows beside the straight path's facts, by the reader's sight.
-- The first file of a family, which the reader may not see, is not named in the
-- hold of the second one.
create or replace function case_more(ref text, sight text) returns jsonb language sql stable as $$
    select case sight
    when 'file' then jsonb_build_object(
        'holds', (select jsonb_agg(to_jsonb(h) || case when h.same_as is null or may_see(h.same_as) then '{}'::jsonb
            else '{"same_as": null}' end order by h.id)
                  from hold h where h.case_ref = ref and h.ended_on is null),
        'corrections', (select jsonb_agg(to_jsonb(c) - array['case_ref', 'command_id'] order by c.no) from correction c
            where c.case_ref = ref),
        'differences', (select jsonb_agg(to_jsonb(d) - array['case_ref', 'batch', 'command_id'] order by d.no)
            from import_difference d
                        where d.case_ref = ref and d.finding is null),
        'flag_requests', (select jsonb_agg(to_jsonb(q) - array['id', 'case_ref', 'command_id'] order by q.id)
            from flag_request q
                          where q.case_ref = ref and q.settled_on is null),
        -- Free text never stands in an act's fields. Another file, to which a merge leads, is named to those who may see
        -- it; of people who part, those alone learn why who may know.
        'requests', (select jsonb_agg(to_jsonb(q) - array['case_ref', 'first_id', 'second_id']
                         || jsonb_build_object('has_text', exists (select from command_text t
                             where t.command_id = c.id and t.body is not null) and knows_why(c))
                         || case when q.act = 'case.split'
                         then jsonb_build_object('persons', c.fields->>'persons',
                             'reason', case when knows_why(c) then c.fields->>'reason' else '' end)
                         else jsonb_build_object('fields', case when c.fields ? 'other' and not may_see(c.fields->>'other')
                             then '{}' else coalesce(c.fields, '{}') end) end
                         order by q.no)
                     from second_request q join command c on c.id = q.first_id
                     where q.case_ref = ref and q.settled_on is null),
        'ends', (select jsonb_agg(to_jsonb(e) - array['case_ref', 'no', 'command_id', 'lifted_on', 'lifted_by']
                order by e.ended_on, e.person_no) from end_in_force e where e.case_ref = ref),
        -- A decision that is made anew carries over the appeals of those whom it does not concern.
        'appeals', (select jsonb_agg(jsonb_build_object('person_no', a.person_no, 'decision_no', a.decision_no,
                'lodged_on', a.appeal_on, 'permission', a.appeal_permission, 'heard_on', a.appeal_heard_on,
                'result', a.appeal_result, 'ended_on', a.appeal_ended_on) order by a.person_no, a.appeal_on)
            from (select distinct on (o.person_no, o.appeal_on) o.* from decision_outcome o
                where o.case_ref = ref and o.appeal_on is not null
                order by o.person_no, o.appeal_on, o.decision_no desc) a),
        'return_steps', (select jsonb_agg(jsonb_build_object('person_no', s.person_no, 'step', s.step,
                'taken_on', s.taken_on) order by s.person_no, s.taken_on, s.no) from return_step s where s.case_ref = ref),
        'windows', (select jsonb_agg(to_jsonb(w) - array['case_ref', 'no', 'command_id'] order by w.person_no, w.no)
            from removal_window w where w.case_ref = ref),
        'tracing', (select jsonb_build_object('began_on', g.began_on, 'reason', g.reason,
                'archived_on', (select london_day(a.archived_at) from archive a
                    where a.case_ref = ref and a.tracing = g.no and a.until is null),
                'steps', (select jsonb_agg(jsonb_build_object('step', s.step, 'result', s.result, 'taken_on', s.taken_on)
                    order by s.taken_on, s.no) from trace_step s where s.case_ref = ref and s.tracing = g.no))
            from tracing g where g.case_ref = ref and g.ended_on is null),
        'withdrawals', (select jsonb_agg(to_jsonb(w) - array['case_ref'] order by w.person_no, w.no)
                        from withdrawal w where w.case_ref = ref),
        'post', (select jsonb_agg(jsonb_build_object('no', i.no, 'from', i.from_kind, 'received_on', i.received_on,
            'read_on', i.read_on) order by i.no)
                 from post_item i where i.case_ref = ref),
        'submissions', (select jsonb_agg(jsonb_build_object('no', b.no, 'person_no', b.person_no,
                'received_on', b.received_on, 'considered_on', b.considered_on, 'result', b.result) order by b.no) from submission b
            where b.case_ref = ref),
        'moves', (select jsonb_agg(jsonb_build_object('no', m.no, 'from', m.from_council, 'to', m.to_council,
                'moved_on', m.moved_on, 'result', m.result) order by m.no) from council_move m where m.case_ref = ref),
        'represented_since', (select jsonb_agg(jsonb_build_object('changed_on', w.changed_on,
                'both_until', w.both_until) order by w.no) from representative_change w where w.case_ref = ref),
        'at_court', (select jsonb_agg(jsonb_build_object('no', p.no, 'person_no', p.person_no, 'kind', p.kind,
                'lodged_on', p.lodged_on, 'lodged_at', p.lodged_at, 'ended_on', p.ended_on, 'result', p.result)
                order by p.no) from proceeding p where p.case_ref = ref),
        -- A link to a case that the reader may not see would show that it is there.
        'merges', (select jsonb_agg(jsonb_build_object('other', m.other_ref, 'into', m.into_ref,
                'merged_at', m.merged_at, 'unmerged_at', u.unmerged_at) order by m.merged_at)
            from file_merge m left join file_unmerge u using (other_ref, no)
            where ref in (m.other_ref, m.into_ref) and may_see(m.other_ref) and may_see(m.into_ref)),
        'names_agreed', names_agreed(ref))
    when 'summary' then jsonb_build_object(
        'names_agreed', names_agreed(ref),
        'children', (select jsonb_agg(jsonb_build_object('no', w.person_no, 'reported_on', w.reported_on,
            'views', w.findings->'views',
                'indicators', w.findings->'indicators', 'best_interests', w.findings->'best_interests')
                    order by w.person_no)
            from (select distinct on (c.person_no) c.* from welfare_check c where c.case_ref = ref
                and c.signed_on is not null
                  order by c.person_no, c.no desc) w),
        'advice', (select jsonb_agg(jsonb_build_object('rule_set', s.id, 'people', x.body->'people') order by s.id)
            from (select distinct on (r.rule_set) r.* from recommendation r where r.case_ref = ref order by r.rule_set,
                r.revision desc) x
            join rule_set s on s.hash = x.rule_set where s.use = 'comparison'))
    else '{}'::jsonb end
$$;
