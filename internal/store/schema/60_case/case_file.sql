-- One case, as the caller's role may see it; null if there is no such case for them. Refused unless the reading is on
-- record.
create or replace function case_file(ref text) returns jsonb language plpgsql security definer
    set search_path = hame, pg_temp as $$
declare
    sight text := (select s.sight from case_sight s where s.case_ref = ref);
    names boolean := names_agreed(ref);
    file  jsonb;
begin
    if sight is null then
        return null;
    end if;
    perform only_recorded_reads(ref, null);
    select jsonb_build_object(
        'case', f.case_ref, 'sees', sight, 'stage', coalesce(r.stage, 'unlisted'), 'lane', f.lane, 'council', f.council,
        'listing_date', l.listing_date,
        'waits', (select to_jsonb(w) - array['case_ref', 'lane'] from place_in_order w
            where w.case_ref = ref),
        'owner', r.owner,
            'revision', r.revision, 'now', business_now(),
        'people', (select jsonb_agg(
            case when sight in ('file', 'no_text') then to_jsonb(p) - 'name_key'
                     || jsonb_build_object('ended', coalesce(e.outcome, ''))
                 when sight = 'children' then jsonb_build_object('no', p.no, 'relationship', p.relationship,
                     'family_name', p.family_name,
                     'given_names', p.given_names, 'date_of_birth', p.date_of_birth, 'sex', p.sex, 'language',
                         p.language, 'school', p.school)
                 else jsonb_build_object('no', p.no, 'relationship', p.relationship,
                     'born_year', left(p.date_of_birth, 4),
                     'born_in_scotland', p.born_in_scotland, 'arrived_year', left(p.arrived_on, 4))
                     || case when names then jsonb_build_object('family_name', p.family_name,
                         'given_names', p.given_names) else '{}' end
                 end order by p.no)
            from person p left join end_in_force e on e.case_ref = p.case_ref and e.person_no = p.no
            where p.case_ref = ref and (sight in ('file', 'no_text') or e.outcome is null)
                and (sight <> 'children' or exists (select from council_child k where k.case_ref = ref
                and k.no = p.no))),
        'tasks', (select jsonb_agg(to_jsonb(t) order by t.next_at, t.kind, t.subject) from task_list t
            where t.case_ref = ref))
    into file
    from family f left join listing l using (case_ref) left join review r using (case_ref) where f.case_ref = ref;

    if sight in ('file', 'no_text') then
        file := file || (select jsonb_build_object(
            'drawn_at', l.drawn_at, 'priority', r.priority, 'signed_on', r.signed_on, 'rollup', r.rollup, 'closed_at',
                r.closed_at,
            'reconciled_on', r.reconciled_on, 'triaged_on', r.triaged_on, 'stuck', r.stuck,
            'held', exists (select from hold h where h.case_ref = ref and h.ended_on is null),
            -- A link to a case that the reader may not see would show that it is there.
            'duplicate', exists (select from held_as_double h where h.case_ref = ref and may_see(h.a) and may_see(h.b)),
            'family', to_jsonb(f) - array['digest', 'batch', 'recorded_at', case when exists (select from split s
                where s.own_ref = ref) then 'first_batch' else '' end])
            from family f left join listing l using (case_ref) left join review r using (case_ref)
                where f.case_ref = ref);
        file := file || jsonb_build_object(
            'named', (select jsonb_agg(to_jsonb(n) - array['case_ref', 'command_id'] order by n.role, n.person)
                from named_on_case n where n.case_ref = ref),
            'letters', (select jsonb_agg(to_jsonb(v) order by v.no, v.to_whom) from letter_list v
                where v.case_ref = ref),
            -- What a life here is made of may be a faith: that is for those who see the whole file.
            'evidence', (select jsonb_agg(to_jsonb(e) - array['command_id', case when sight = 'file' then '' else 'kinds' end]
                order by e.no) from evidence e
                where e.case_ref = ref),
            'contacts', (select jsonb_agg(to_jsonb(c) - 'command_id' order by c.made_on) from contact c
                where c.case_ref = ref),
            'interviews', (select jsonb_agg(to_jsonb(i) - 'command_id' order by i.held_on) from interview i
                where i.case_ref = ref),
            'security_checks', (select jsonb_agg(to_jsonb(s) order by s.person_no, s.no) from security_check s
                where s.case_ref = ref),
            'decisions', (select jsonb_agg(jsonb_build_object('no', d.no, 'signed_on', d.signed_on, 'rollup', d.rollup,
                    'anew', d.second_due = 'remake')
                    || case when sight = 'file' then jsonb_build_object('author', d.author, 'second', d.second,
                        'outcomes', (select jsonb_agg(jsonb_build_object('person', o.person_no, 'outcome', o.outcome)
                            order by o.person_no)
                            from decision_outcome o where o.case_ref = ref and o.decision_no = d.no))
                       else '{}' end order by d.no)
                from decision d where d.case_ref = ref),
            'outcomes', (select jsonb_agg(to_jsonb(o) order by o.person_no) from outcome_in_force o
                where o.case_ref = ref));
    end if;
    if sight in ('file', 'no_text', 'summary') then
        file := file || (select jsonb_build_object('represented', f.representative <> '') from family f
            where f.case_ref = ref);
    end if;
    if sight = 'file' then
        file := file || jsonb_build_object(
            'flags', (select jsonb_agg(to_jsonb(x) order by x.no, x.flag) from person_flag x where x.case_ref = ref
                and x.state <> 'off'),
            'gaps', (select jsonb_agg(jsonb_build_object('kind', t.kind, 'subject', t.subject)
                order by t.kind, t.subject)
                     from task t where t.case_ref = ref and t.result = 'gap' and t.void_at is null),
            'looked_into', (select jsonb_agg(to_jsonb(k) - array['case_ref', 'command_id'] order by k.person_no,
                k.about, k.no) from looked_into k where k.case_ref = ref),
            'days', threshold_days(ref),
            'thresholds', (select jsonb_agg(to_jsonb(h) - array['case_ref', 'recorded_at'] || jsonb_build_object(
                    'rule_set_id', s.id) order by h.fired_at, h.person_no, h.kind)
                from threshold h join rule_set s on s.hash = h.rule_set where h.case_ref = ref),
            'decision', (select to_jsonb(d) from decision_in_force d where d.case_ref = ref),
            'proposals', (select jsonb_agg(to_jsonb(p) || jsonb_build_object(
                    'outcomes', (select jsonb_agg(jsonb_build_object('person', o.person_no, 'outcome', o.outcome)
                        order by o.person_no)
                                 from proposal_outcome o where o.case_ref = ref and o.no = p.no),
                    'findings', (select jsonb_agg(to_jsonb(x) - array['case_ref', 'no'] order by x.by_second,
                        x.person_no, x.factor)
                                 from finding x where x.case_ref = ref and x.no = p.no)) order by p.no)
                from proposal p where p.case_ref = ref),
            'recommendations', (select jsonb_agg(x.body
                || jsonb_build_object('rule_set', x.rule_set, 'rule_set_id', s.id, 'use', s.use,
                    'revision', x.revision, 'made_at', x.made_at) order by x.id)
                from recommendation x join rule_set s on s.hash = x.rule_set where x.case_ref = ref));
    end if;
    if sight in ('file', 'children') then
        file := file || jsonb_build_object(
            'welfare_checks', (select jsonb_agg(to_jsonb(w) - array['author_part', 'signer_part'] order by w.person_no,
                w.no) from welfare_check w where w.case_ref = ref),
            'waivers', (select jsonb_agg(jsonb_build_object('person_no', w.person_no, 'given_on', w.given_on))
                from welfare_waiver w where w.case_ref = ref));
    end if;
    if sight = 'file' then
        file := file || jsonb_build_object(
            'representations', (select jsonb_agg(to_jsonb(x) - array['drafter_part', 'checker_part', 'clearer_part',
                'signer_part'] order by x.no) from representation x where x.case_ref = ref));
    elsif sight = 'summary' then
        -- The answer to a representation is for its author.
        file := file || jsonb_build_object(
            'representations', (select jsonb_agg(case when x.from_kind = 'minister'
                then to_jsonb(x) - array['answered_by', 'drafter_part', 'checker_part', 'clearer_part', 'signer_part']
                    else jsonb_build_object('no', x.no, 'from_kind', x.from_kind, 'received_on', x.received_on) end
                        order by x.no)
                from representation x where x.case_ref = ref));
    end if;
    return file || case_more(ref, sight) || coalesce(jsonb_build_object('other_files', links_of(ref)), '{}');
end $$;
