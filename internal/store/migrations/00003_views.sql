-- +goose Up
-- What staff read. Lists carry no names; a case is read through a function,
-- which records who read what. Each role sees its own part of it.

create table case_role (role text primary key, sees text not null check (sees in ('file', 'no_text', 'children', 'summary')));
insert into case_role values
    ('caseworker', 'file'), ('senior_caseworker', 'file'), ('decision_maker', 'file'), ('second_officer', 'file'), ('auditor', 'file'),
    ('operations', 'no_text'),
    ('welfare_lead', 'children'), ('lead_professional', 'children'),
    ('representation_drafter', 'summary'), ('private_office', 'summary'), ('minister', 'summary');

-- +goose StatementBegin
create function business_now() returns timestamptz language sql stable security definer set search_path = hame as $$
    select case when synthetic then coalesce(business_now, clock_timestamp()) else clock_timestamp() end from programme
$$;

create function my_roles() returns table (role text, council text) language sql stable security definer set search_path = hame as $$
    select s.role, s.council from staff s where s.login = session_user
        and current_date >= s.valid_from and (s.valid_to is null or current_date <= s.valid_to)
$$;

-- What the session's login sees of a case it may see: the widest of its roles.
create function my_sight() returns text language sql stable security definer set search_path = hame as $$
    select c.sees from my_roles() m join case_role c using (role)
    order by array_position(array['file', 'no_text', 'children', 'summary'], c.sees) limit 1
$$;
-- +goose StatementEnd

create view case_list with (security_barrier) as
select f.case_ref, coalesce(r.stage, 'unlisted') as stage, f.lane, f.council, coalesce(r.priority, 0) as priority,
       coalesce(r.owner, '') as owner, l.listing_date, r.signed_on, coalesce(r.rollup, '') as rollup, r.closed_at,
       coalesce(t.awaiting, case when r.case_ref is null then 'operations' else '' end) as awaiting,
       t.next_at, t.due_on, coalesce(o.overdue, false) as overdue, coalesce(o.escalated, false) as escalated,
       exists (select from hold h where h.case_ref = f.case_ref and h.ended_on is null) as held,
       coalesce(r.stuck, '') as stuck
from family f
left join listing l using (case_ref)
left join review r using (case_ref)
left join lateral (select awaiting, next_at, due_on from task where case_ref = f.case_ref and closed_at is null order by next_at, id limit 1) t on true
left join lateral (select bool_or(overdue) as overdue, bool_or(escalated) as escalated from task where case_ref = f.case_ref and closed_at is null) o on true
where (not f.restricted or may_see(f.case_ref))
  and ((select has_role('caseworker', 'senior_caseworker', 'decision_maker', 'second_officer', 'operations', 'auditor',
                        'representation_drafter', 'private_office', 'minister'))
       or f.council in (select m.council from my_roles() m));

create view task_list with (security_barrier) as
select t.case_ref, t.kind, t.subject, t.stage, t.awaiting, t.began, t.due_on, t.provisional, t.next_rung, t.next_at,
       t.overdue, t.escalated, c.lane, c.council, c.owner
from task t join case_list c using (case_ref)
where t.closed_at is null
  and ((select my_sight()) in ('file', 'no_text')
       or ((select my_sight()) = 'children' and (t.stage = 'welfare' or t.awaiting in (select m.role from my_roles() m)))
       or ((select my_sight()) = 'summary' and t.stage = 'representation'));

create view letter_list with (security_barrier) as
select l.case_ref, l.no, l.kind, l.created_at, s.to_whom, s.by_how, s.sent_on
from letter l join case_list c using (case_ref)
left join letter_sent s using (case_ref, no)
where (select my_sight()) in ('file', 'no_text');

-- +goose StatementBegin
-- One case, as the caller's role may see it; null if there is no such case for them. The read is recorded.
create function case_file(ref text, what text) returns jsonb language plpgsql security definer set search_path = hame as $$
declare
    sight text := my_sight();
    full_file boolean := my_sight() = 'file';
    file  jsonb;
begin
    if sight is null or not may_see(ref) then
        return null;
    end if;
    insert into case_read (case_ref, login, person, what) values (ref, session_user, my_person(), what);
    select jsonb_build_object(
        'case', f.case_ref, 'sees', sight, 'stage', coalesce(r.stage, 'unlisted'), 'lane', f.lane, 'council', f.council,
        'listing_date', l.listing_date, 'drawn_at', l.drawn_at, 'priority', r.priority, 'owner', r.owner,
        'revision', r.revision, 'signed_on', r.signed_on, 'rollup', r.rollup, 'closed_at', r.closed_at,
        'reconciled_on', r.reconciled_on, 'triaged_on', r.triaged_on, 'stuck', r.stuck,
        'now', business_now(),
        'held', exists (select from hold h where h.case_ref = ref and h.ended_on is null),
        'duplicate', exists (select from duplicate_candidate d where ref in (d.a, d.b) and d.resolved_on is null),
        'represented', f.representative <> '',
        'people', (select jsonb_agg(
            case when sight in ('file', 'no_text') then to_jsonb(p) - 'name_key'
                 when sight = 'children' then jsonb_build_object('no', p.no, 'relationship', p.relationship, 'family_name', p.family_name,
                     'given_names', p.given_names, 'date_of_birth', p.date_of_birth, 'sex', p.sex, 'language', p.language, 'school', p.school)
                 else jsonb_build_object('no', p.no, 'relationship', p.relationship, 'born_year', left(p.date_of_birth, 4),
                     'born_in_scotland', p.born_in_scotland, 'arrived_year', left(p.arrived_on, 4)) end order by p.no)
            from person p where p.case_ref = ref and (sight <> 'children' or coalesce(p.child_when_listed, p.relationship = 'child'))),
        'tasks', (select jsonb_agg(to_jsonb(t) order by t.next_at, t.kind, t.subject) from task_list t where t.case_ref = ref))
    into file
    from family f left join listing l using (case_ref) left join review r using (case_ref) where f.case_ref = ref;

    if sight in ('file', 'no_text') then
        file := file || jsonb_build_object(
            'family', (select to_jsonb(f) - array['digest', 'batch', 'recorded_at'] from family f where f.case_ref = ref),
            'letters', (select jsonb_agg(to_jsonb(v) order by v.no, v.to_whom) from letter_list v where v.case_ref = ref),
            'evidence', (select jsonb_agg(to_jsonb(e) - 'command_id' order by e.no) from evidence e where e.case_ref = ref),
            'contacts', (select jsonb_agg(to_jsonb(c) - 'command_id' order by c.made_on) from contact c where c.case_ref = ref),
            'interviews', (select jsonb_agg(to_jsonb(i) - 'command_id' order by i.held_on) from interview i where i.case_ref = ref),
            'security_checks', (select jsonb_agg(to_jsonb(s) order by s.person_no, s.no) from security_check s where s.case_ref = ref),
            'outcomes', (select jsonb_agg(to_jsonb(o) order by o.person_no) from decision_outcome o where o.case_ref = ref));
    end if;
    if full_file then
        file := file || jsonb_build_object(
            'flags', (select jsonb_agg(to_jsonb(x) order by x.no, x.flag) from person_flag x where x.case_ref = ref and x.state <> 'off'),
            'holds', (select jsonb_agg(to_jsonb(h)) from hold h where h.case_ref = ref and h.ended_on is null),
            'gaps', (select jsonb_agg(jsonb_build_object('kind', t.kind, 'subject', t.subject) order by t.kind, t.subject)
                     from task t where t.case_ref = ref and t.result = 'gap'),
            'decision', (select to_jsonb(d) from decision d where d.case_ref = ref),
            'proposals', (select jsonb_agg(to_jsonb(p) || jsonb_build_object(
                    'outcomes', (select jsonb_agg(jsonb_build_object('person', o.person_no, 'outcome', o.outcome) order by o.person_no)
                                 from proposal_outcome o where o.case_ref = ref and o.no = p.no),
                    'findings', (select jsonb_agg(to_jsonb(x) - array['case_ref', 'no'] order by x.by_second, x.person_no, x.factor)
                                 from finding x where x.case_ref = ref and x.no = p.no)) order by p.no)
                from proposal p where p.case_ref = ref),
            'recommendations', (select jsonb_agg(x.body || jsonb_build_object('rule_set', x.rule_set, 'rule_set_id', s.id, 'use', s.use,
                    'revision', x.revision, 'made_at', x.made_at) order by x.id)
                from recommendation x join rule_set s on s.hash = x.rule_set where x.case_ref = ref));
    end if;
    if sight in ('file', 'children') then
        file := file || jsonb_build_object(
            'welfare_checks', (select jsonb_agg(to_jsonb(w) - array['author_part', 'signer_part'] order by w.person_no, w.no) from welfare_check w where w.case_ref = ref),
            'waivers', (select jsonb_agg(jsonb_build_object('person_no', w.person_no, 'given_on', w.given_on)) from welfare_waiver w where w.case_ref = ref));
    end if;
    if sight in ('file', 'summary') then
        file := file || jsonb_build_object(
            'representations', (select jsonb_agg(to_jsonb(x) order by x.no) from representation x where x.case_ref = ref));
    end if;
    return file;
end $$;

-- What happened to a case, in business time where there is one.
create function case_timeline(ref text) returns table (at timestamptz, what text, who text, detail text)
language plpgsql security definer set search_path = hame as $$
begin
    if not may_see(ref) or my_sight() not in ('file', 'no_text') then
        return;
    end if;
    insert into case_read (case_ref, login, person, what) values (ref, session_user, my_person(), 'timeline');
    return query
    select l.drawn_at, 'drawn', 'operations', 'listed for ' || l.listing_date || ': ' || l.why from listing l where l.case_ref = ref
    union all
    select e.opened_at, 'stage', '', e.stage || ' opened' from stage_entry e where e.case_ref = ref
    union all
    select coalesce(o.business_at, c.recorded_at), c.kind, c.person,
           case when c.subject_no > 0 then '/' || c.subject_no || ' ' else '' end || 'on ' || c.attested_on || ': '
           || coalesce(o.outcome || case when o.code <> '' then ' (' || o.code || ')' else '' end, 'not yet delivered')
    from command c left join command_outcome o on o.command_id = c.id where c.case_ref = ref
    union all
    select r.acted_at, r.kind, '', t.kind || case when t.subject > 0 then '/' || t.subject else '' end
           || ', due ' || t.due_on || case when r.effect <> '' then ': ' || r.effect else '' end
    from rung r join task t on t.id = r.task_id where t.case_ref = ref
    order by 1, 2;
end $$;

-- The text of an act, for those who see texts.
create function act_text(ref text, kinds text[]) returns table (kind text, person text, attested_on date, body text)
language plpgsql security definer set search_path = hame as $$
begin
    if not may_see(ref) or my_sight() <> 'file' then
        return;
    end if;
    insert into case_read (case_ref, login, person, what) values (ref, session_user, my_person(), 'texts');
    return query select c.kind, c.person, c.attested_on, t.body from command c join command_text t on t.command_id = c.id
        where c.case_ref = ref and c.kind = any (kinds) order by c.recorded_at;
end $$;

create function my_part(ref text) returns text language sql stable security definer set search_path = hame as $$
    select o.part from officer o where o.case_ref = ref and o.person = my_person()
$$;

-- Merges what the session has staged under a batch, in the caller's transaction.
create function import_merge(in_batch uuid, in_file_digest text, in_synthetic boolean, in_imported_on date,
        out created int, out unchanged int, out changed int, out kept_back int, out kept_refs text[])
language plpgsql security definer set search_path = hame as $$
declare
    people int;
begin
    if not has_role('operations') then
        raise exception '% may not import', session_user using errcode = 'insufficient_privilege';
    end if;
    lock table import_batch in share row exclusive mode;
    if in_synthetic and not (select synthetic from programme) then
        if exists (select from family) then
            raise exception 'a synthetic backlog cannot be mixed with real families' using errcode = 'check_violation', constraint = 'synthetic_or_real';
        end if;
        update programme set synthetic = true;
    elsif not in_synthetic and (select synthetic from programme) then
        raise exception 'this database is marked synthetic; real families do not belong in it' using errcode = 'check_violation', constraint = 'synthetic_or_real';
    end if;

    -- A file brought again keeps the references it was given.
    update import_staging s set case_ref = f.case_ref from family f
        where s.batch = in_batch and s.login = session_user and f.family_key = s.family->>'key';
    if exists (select from import_staging s join family f using (case_ref) where s.batch = in_batch and f.family_key <> s.family->>'key') then
        raise exception 'a reference was drawn twice' using errcode = 'unique_violation', constraint = 'reference_taken';
    end if;
    select count(*) filter (where f.digest = s.digest),
           count(*) filter (where f.digest <> s.digest and r.case_ref is null),
           count(*) filter (where f.digest <> s.digest and r.case_ref is not null),
           array_agg(s.case_ref) filter (where f.digest <> s.digest and r.case_ref is not null),
           count(*) filter (where f.case_ref is null),
           coalesce(sum(jsonb_array_length(s.family->'people')), 0)
        into unchanged, changed, kept_back, kept_refs, created, people
        from import_staging s left join family f using (case_ref) left join listing r using (case_ref)
        where s.batch = in_batch and s.login = session_user;
    insert into import_batch (id, file_digest, person, families, people, created, unchanged, changed, kept_back)
        values (in_batch, in_file_digest, my_person(), created + unchanged + changed + kept_back, people, created, unchanged, changed, kept_back);

    -- What has changed under an open review is reported and left alone; what is unchanged needs nothing.
    delete from import_staging s using family f left join listing r using (case_ref)
        where s.batch = in_batch and s.login = session_user and s.case_ref = f.case_ref and (f.digest = s.digest or r.case_ref is not null);
    delete from duplicate_candidate d using import_staging s where s.batch = in_batch and s.case_ref in (d.a, d.b) and d.resolved_on is null;
    delete from person_flag p using import_staging s where s.batch = in_batch and s.case_ref = p.case_ref;
    delete from person p using import_staging s where s.batch = in_batch and s.case_ref = p.case_ref;

    insert into family (case_ref, family_key, lane, council, area, address, postcode, phone, email, representative,
                        representative_contact, support, restricted, digest, batch, imported_on)
    select s.case_ref, j->>'key', j->>'lane', j->>'council', coalesce(j->>'area', ''), coalesce(j->>'address', ''), coalesce(j->>'postcode', ''),
           coalesce(j->>'phone', ''), coalesce(j->>'email', ''), coalesce(j->>'representative', ''), coalesce(j->>'representative_contact', ''),
           j->>'support', jsonb_path_exists(j, '$.people[*].flags[*] ? (@ == "restricted")'), s.digest, in_batch, in_imported_on
    from import_staging s, lateral (select s.family as j) x where s.batch = in_batch and s.login = session_user
    on conflict (case_ref) do update set lane = excluded.lane, council = excluded.council, area = excluded.area, address = excluded.address,
        postcode = excluded.postcode, phone = excluded.phone, email = excluded.email, representative = excluded.representative,
        representative_contact = excluded.representative_contact, support = excluded.support, restricted = excluded.restricted,
        digest = excluded.digest, batch = excluded.batch;

    insert into person (case_ref, no, person_key, relationship, home_office_ref, family_name, given_names, name_key, date_of_birth, sex,
        nationality, birth_country, born_in_scotland, arrived_on, claim_date, own_claim, claim_status, claim_status_on, last_interview_on,
        language, interpreter, school, responsible_adult)
    select s.case_ref, (p->>'no')::int, p->>'key', p->>'relationship', coalesce(p->>'home_office_ref', ''), coalesce(p->>'family_name', ''),
        coalesce(p->>'given_names', ''), coalesce(p->>'name_key', ''), coalesce(p->>'date_of_birth', ''), p->>'sex', p->>'nationality',
        coalesce(p->>'birth_country', ''), p->>'born_in_scotland', coalesce(p->>'arrived_on', ''), coalesce(p->>'claim_date', ''),
        (p->>'own_claim')::boolean, p->>'claim_status', coalesce(p->>'claim_status_on', ''), coalesce(p->>'last_interview_on', ''),
        coalesce(p->>'language', ''), coalesce(p->>'interpreter', ''), coalesce(p->>'school', ''), coalesce(p->>'responsible_adult', '')
    from import_staging s, jsonb_array_elements(s.family->'people') p where s.batch = in_batch and s.login = session_user;

    insert into person_flag (case_ref, no, flag)
    select distinct s.case_ref, (p->>'no')::int, f from import_staging s, jsonb_array_elements(s.family->'people') p,
        jsonb_array_elements_text(coalesce(p->'flags', '[]')) f where s.batch = in_batch and s.login = session_user;

    insert into duplicate_candidate (a, b, why)
    select distinct least(n.case_ref, o.case_ref), greatest(n.case_ref, o.case_ref),
           case when n.home_office_ref <> '' and n.home_office_ref = o.home_office_ref then 'home_office_ref' else 'name_and_birth_date' end
    from import_staging s join person n on n.case_ref = s.case_ref
    join person o on o.case_ref <> n.case_ref and
        ((n.home_office_ref <> '' and o.home_office_ref = n.home_office_ref)
         or (n.name_key <> '' and o.name_key = n.name_key and n.date_of_birth <> '' and o.date_of_birth = n.date_of_birth))
    where s.batch = in_batch and s.login = session_user
    on conflict do nothing;

    delete from import_staging s where s.batch = in_batch and s.login = session_user;
end $$;
-- +goose StatementEnd

-- +goose Down
