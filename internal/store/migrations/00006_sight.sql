-- +goose Up
-- Who is on the staff, who sees what, and what an auditor can show of it: every view and function that staff read by.

-- Whom the administrator has added: a login belongs to one person for good.
create table staff_member (
    login    text primary key,
    person   text not null,
    added_by text not null default session_user,
    added_at timestamptz not null default clock_timestamp()
);

alter table staff
    -- A revocation holds at once, also for a role granted today.
    add column revoked_at timestamptz,
    add column revoked_by text,
    -- Nobody grants a role to themselves, under whichever login.
    add column granted_by_person text,
    add constraint nobody_grants_to_themselves check (granted_by_person <> person);

create table staff_event (
    id          bigint generated always as identity primary key,
    what        text not null check (what in ('added', 'granted', 'revoked', 'changed', 'removed')),
    login       text not null,
    person      text not null,
    role        text,
    council     text,
    valid_from  date,
    valid_to    date,
    by_login    text not null default session_user,
    recorded_at timestamptz not null default clock_timestamp(),
    chain_n     int   not null,
    chain_hash  bytea not null
);

-- Who is named on a case by a senior caseworker, and in which role.
create table named_on_case (
    case_ref   text not null references review,
    person     text not null,
    role       text not null references case_role,
    named_on   date not null,
    command_id uuid not null,
    primary key (case_ref, person, role)
);

-- +goose StatementBegin
-- Whether a grant holds at an instant: the one place that says so. Days are UTC
-- days whatever the session's time zone, which a login could set.
create function grant_holds(g staff, at timestamptz) returns boolean language sql stable as $$
    select (at at time zone 'UTC')::date >= g.valid_from
       and (g.valid_to is null or (at at time zone 'UTC')::date <= g.valid_to)
       and (g.revoked_at is null or at < g.revoked_at)
$$;
-- +goose StatementEnd

create view staff_now as
select s.login, s.person, s.role, s.council from staff s where grant_holds(s, statement_timestamp());

-- +goose StatementBegin
-- The roles of the session's login today. Superusers hold none.
create or replace function my_roles() returns table (role text, council text) language sql stable security definer set search_path = hame as $$
    select s.role, s.council from staff_now s where s.login = session_user
        and not (select rolsuper from pg_roles where rolname = session_user)
$$;

create or replace function has_role(variadic roles text[]) returns boolean language sql stable security definer set search_path = hame as $$
    select exists (select from my_roles() m where m.role = any (roles))
$$;

create or replace function my_person() returns text language sql stable security definer set search_path = hame as $$
    select s.person from staff_now s where s.login = session_user
        and not (select rolsuper from pg_roles where rolname = session_user) order by s.person limit 1
$$;

create function stamp_grant() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    new.granted_by_person := coalesce((select m.person from staff_member m where m.login = session_user), session_user);
    return new;
end $$;

-- Remembers each grant's login as a member, for set-up grants without adding first.
create function remember_member() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    insert into staff_member (login, person) values (new.login, new.person) on conflict do nothing;
    return new;
end $$;

create function chain_content(e staff_event) returns text language sql stable as $$
    select concat_ws('|', 'staff', e.id, e.what, e.login, e.person, coalesce(e.role, '-'), coalesce(e.council, '-'),
        coalesce(to_char(e.valid_from, 'YYYY-MM-DD'), '-'), coalesce(to_char(e.valid_to, 'YYYY-MM-DD'), '-'), e.by_login,
        to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;

-- Whatever is done to the staff list, by whatever means, stands in its chain.
create function audit_staff() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    if tg_table_name = 'staff_member' then
        insert into staff_event (what, login, person) values ('added', new.login, new.person);
    elsif tg_op = 'DELETE' then
        insert into staff_event (what, login, person, role, council, valid_from, valid_to)
        values ('removed', old.login, old.person, old.role, old.council, old.valid_from, old.valid_to);
    else
        insert into staff_event (what, login, person, role, council, valid_from, valid_to)
        values (case when tg_op = 'INSERT' then 'granted' when old.revoked_at is null and new.revoked_at is not null then 'revoked' else 'changed' end,
                new.login, new.person, new.role, new.council, new.valid_from, new.valid_to);
    end if;
    return null;
end $$;

create function stamp_staff_event() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    new.by_login := session_user;
    new.recorded_at := clock_timestamp();
    select a.n, a.hash into new.chain_n, new.chain_hash from chain_append('staff', chain_content(new)) a;
    return new;
end $$;
-- +goose StatementEnd

create trigger stamp before insert on staff for each row execute function stamp_grant();
create trigger remember after insert on staff for each row execute function remember_member();
create trigger zz_audit after insert or update or delete on staff for each row execute function audit_staff();
create trigger zz_audit after insert on staff_member for each row execute function audit_staff();
create trigger stays before update or delete on staff_member for each row execute function refuse_change();
create trigger stamp before insert on staff_event for each row execute function stamp_staff_event();
create trigger insert_only before update or delete on staff_event for each row execute function refuse_change();
create trigger insert_only before update or delete on named_on_case for each row execute function refuse_change();

-- A council's children: whoever was one when listed, and before the listing
-- whoever came in as one (process.md, Children).
create view council_child as
select p.case_ref, p.no from person p where coalesce(p.child_when_listed, p.relationship = 'child');

-- Those named on a case, each in the role in which they were.
create view named as
select n.case_ref, n.person, n.role from named_on_case n
union all
select r.case_ref, r.owner, 'caseworker' from review r where r.owner is not null
union all
select w.case_ref, w.assigned_to, 'lead_professional' from welfare_check w
union all
select o.case_ref, o.person, case o.part when 'proposal_author' then 'decision_maker' when 'second_officer' then 'second_officer'
           when 'welfare_author' then 'lead_professional' when 'welfare_signer' then 'welfare_lead'
           when 'waiver_giver' then 'senior_caseworker' else 'representation_drafter' end
from officer o;

-- What the session's login sees of each case: the widest of its roles that see
-- the case at all; null if none does. A council's role sees its own council's
-- families with children; a restricted case is seen by the senior caseworker,
-- the auditor, and those named on it. Everything that staff read asks here.
create view case_sight with (security_barrier) as
select f.case_ref, f.lane, f.council, (
    select c.sees from my_roles() m join case_role c using (role)
    where (m.council is null or (m.council = f.council and exists (select from council_child k where k.case_ref = f.case_ref)))
      and (not f.restricted or m.role in ('senior_caseworker', 'auditor')
           or exists (select from named n where n.case_ref = f.case_ref and n.person = (select my_person()) and n.role = m.role))
    order by array_position(array['file', 'no_text', 'children', 'summary'], c.sees) limit 1) as sight
from family f;

-- +goose StatementBegin
create or replace function may_see(ref text) returns boolean language sql stable security definer set search_path = hame as $$
    select exists (select from case_sight s where s.case_ref = ref and s.sight is not null)
$$;

-- What the session's login sees of a case, null if it is not there for them.
create function sight_of(ref text) returns text language sql stable security definer set search_path = hame as $$
    select s.sight from case_sight s where s.case_ref = ref
$$;

-- The latest word counts: of one day the one recorded last. A command's id does
-- not tell, for that of one typed with a list follows from what it says.
create function names_agreed(ref text) returns boolean language sql stable security definer set search_path = hame as $$
    select coalesce((select c.names = 'agreed' from contact c join command m on m.id = c.command_id
                     where c.case_ref = ref and c.names is not null
                     order by c.made_on desc, m.recorded_at desc limit 1), false)
$$;

-- What case_file shows beside the straight path's facts, by the reader's sight.
-- The first file of a family, which the reader may not see, is not named in the
-- hold of the second one.
create function case_more(ref text, sight text) returns jsonb language sql stable as $$
    select case sight
    when 'file' then jsonb_build_object(
        'holds', (select jsonb_agg(to_jsonb(h) || case when h.same_as is null or may_see(h.same_as) then '{}'::jsonb else '{"same_as": null}' end order by h.id)
                  from hold h where h.case_ref = ref and h.ended_on is null),
        'corrections', (select jsonb_agg(to_jsonb(c) - array['case_ref', 'command_id'] order by c.no) from correction c where c.case_ref = ref),
        'differences', (select jsonb_agg(to_jsonb(d) - array['case_ref', 'batch', 'command_id'] order by d.no) from import_difference d
                        where d.case_ref = ref and d.finding is null),
        'flag_requests', (select jsonb_agg(to_jsonb(q) - array['id', 'case_ref', 'command_id'] order by q.id) from flag_request q
                          where q.case_ref = ref and q.settled_on is null),
        'post', (select jsonb_agg(jsonb_build_object('no', i.no, 'from', i.from_kind, 'received_on', i.received_on, 'read_on', i.read_on) order by i.no)
                 from post_item i where i.case_ref = ref),
        'names_agreed', names_agreed(ref))
    when 'summary' then jsonb_build_object(
        'names_agreed', names_agreed(ref),
        'children', (select jsonb_agg(jsonb_build_object('no', w.person_no, 'reported_on', w.reported_on, 'views', w.findings->'views',
                'indicators', w.findings->'indicators', 'best_interests', w.findings->'best_interests') order by w.person_no)
            from (select distinct on (c.person_no) c.* from welfare_check c where c.case_ref = ref and c.signed_on is not null
                  order by c.person_no, c.no desc) w),
        'advice', (select jsonb_agg(jsonb_build_object('rule_set', s.id, 'people', x.body->'people') order by s.id)
            from (select distinct on (r.rule_set) r.* from recommendation r where r.case_ref = ref order by r.rule_set, r.revision desc) x
            join rule_set s on s.hash = x.rule_set where s.use = 'comparison'))
    else '{}'::jsonb end
$$;

create or replace function my_part(ref text) returns text language sql stable security definer set search_path = hame as $$
    select o.part from officer o where o.case_ref = ref and o.person = my_person() and may_see(ref)
$$;

create or replace function stamp_command() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    if (select rolsuper from pg_roles where rolname = session_user) then
        raise exception 'a superuser does nothing on a case' using errcode = 'insufficient_privilege';
    end if;
    new.login := session_user;
    new.person := my_person();
    if new.person is null then
        raise exception '% is no member of staff today', session_user using errcode = 'insufficient_privilege';
    end if;
    if new.case_ref is not null and not may_see(new.case_ref) then
        raise exception 'no such case' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    if not exists (select from act_role a join my_roles() m on m.role = a.role
                   where a.act = new.kind
                     and (not a.council or m.council = (select council from family f where f.case_ref = new.case_ref))) then
        raise exception '% may not do %', session_user, new.kind using errcode = 'insufficient_privilege';
    end if;
    new.recorded_at := clock_timestamp();
    select a.n, a.hash into new.chain_n, new.chain_hash
        from chain_append(chain_subject(new), chain_content(new)) a;
    return new;
end $$;

-- An act that a function does whole is never typed as a row of its own: it
-- would stand without its effect. Not a definer's: it must see who inserts.
create function by_its_function() returns trigger language plpgsql as $$
begin
    if current_user <> (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
        raise exception '% may not do % by a row of its own', session_user, new.kind using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

-- A text is blanked, and nothing else is done to it.
create function only_blanked() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or new.body is not null or new.command_id <> old.command_id or new.salt <> old.salt then
        raise exception 'a text is insert-only, but for its erasure' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
-- +goose StatementEnd

create trigger by_its_function before insert on command for each row when (new.kind = 'text.erase') execute function by_its_function();
create trigger only_blanked before update or delete on command_text for each row execute function only_blanked();

-- The open tasks that the session's login may see: of a council those of its
-- children's checks, of the minister's office those of representation, and of
-- both whatever waits for them.
create view task_seen with (security_barrier) as
select t.*, s.sight, s.lane, s.council from task t join case_sight s using (case_ref)
where t.closed_at is null and s.sight is not null
  and (s.sight in ('file', 'no_text') or (s.sight = 'children' and t.stage = 'welfare') or (s.sight = 'summary' and t.stage = 'representation')
       or t.awaiting in (select m.role from my_roles() m));

-- Priority, marks and outcome are the Home Office's: from a priority or a hold
-- one could tell a flag.
create or replace view case_list with (security_barrier) as
select s.case_ref, coalesce(r.stage, 'unlisted') as stage, s.lane, s.council,
       case when s.inside then coalesce(r.priority, 0) else 0 end as priority,
       coalesce(r.owner, '') as owner, l.listing_date, case when s.inside then r.signed_on end as signed_on,
       case when s.inside then coalesce(r.rollup, '') else '' end as rollup, case when s.inside then r.closed_at end as closed_at,
       coalesce(t.awaiting, case when r.case_ref is null then 'operations' else '' end) as awaiting,
       t.next_at, t.due_on, coalesce(o.overdue, false) as overdue, coalesce(o.escalated, false) as escalated,
       s.inside and exists (select from hold h where h.case_ref = s.case_ref and h.ended_on is null) as held,
       case when s.inside then coalesce(r.stuck, '') else '' end as stuck
from (select x.case_ref, x.lane, x.council, x.sight in ('file', 'no_text') as inside from case_sight x where x.sight is not null) s
left join listing l using (case_ref)
left join review r using (case_ref)
left join lateral (select awaiting, next_at, due_on from task_seen where case_ref = s.case_ref order by next_at, id limit 1) t on true
left join lateral (select bool_or(overdue) as overdue, bool_or(escalated) as escalated from task_seen where case_ref = s.case_ref) o on true;

create or replace view task_list with (security_barrier) as
select t.case_ref, t.kind, t.subject, t.stage, t.awaiting, t.began, t.due_on, t.provisional, t.next_rung, t.next_at,
       -- No review runs for a closed case, and no rung marks what is overdue there.
       t.overdue or (r.stage = 'closed' and t.due_on < (select business_today())) as overdue, t.escalated, t.lane, t.council,
       coalesce(r.owner, '') as owner
from task_seen t join review r using (case_ref);

create or replace view letter_list with (security_barrier) as
select l.case_ref, l.no, l.kind, l.created_at, s.to_whom, s.by_how, s.sent_on, s.delivered_on, s.returned_on, s.returned_why
from letter l join case_sight x using (case_ref)
left join letter_sent s using (case_ref, no)
where x.sight in ('file', 'no_text');

-- Items that wait to be linked or read, and what became of the others.
-- Each role sees by its own rule: who is named on a restricted case as operations
-- reads no post of it by also being a caseworker.
create view post_list with (security_barrier) as
select i.no, i.from_kind, i.received_on, i.wait_until, i.case_ref, i.linked_on, i.read_on, i.dismissed_on, i.dismissed_why,
       i.said_name, i.said_representative, i.said_reference,
       i.dismissed_on is null and i.read_on is null and i.wait_until < business_today() as escalated,
       (select coalesce(jsonb_agg(jsonb_build_object('case', s.case_ref, 'why', s.why) order by s.case_ref), '[]')
        from post_suggestion s where s.item = i.no and sight_of(s.case_ref) = 'file') as suggestions
from post_item i
where (select has_role('caseworker', 'senior_caseworker', 'decision_maker', 'second_officer', 'auditor'))
  and (i.case_ref is null or sight_of(i.case_ref) = 'file');

-- Pairs of files that may be one family, and files that are held because they are.
create view duplicate_list with (security_barrier) as
select d.a, d.b, string_agg(distinct d.why, ', ') as why, min(d.due_on) as due_on, '' as held,
       min(d.due_on) < business_today() as escalated
from duplicate_candidate d
where d.resolved_on is null and sight_of(d.a) in ('file', 'no_text') and sight_of(d.b) in ('file', 'no_text')
  and (select has_role('caseworker', 'senior_caseworker', 'decision_maker', 'second_officer', 'operations', 'auditor'))
group by d.a, d.b
union all
select h.same_as, h.case_ref, 'the same family', h.review_on, h.case_ref, h.review_on < business_today()
from hold h
where h.ground = 'duplicate' and h.ended_on is null and sight_of(h.case_ref) in ('file', 'no_text') and sight_of(h.same_as) in ('file', 'no_text')
  and (select has_role('caseworker', 'senior_caseworker', 'decision_maker', 'second_officer', 'operations', 'auditor'));

-- +goose StatementBegin
-- One case, as the caller's role may see it; null if there is no such case for them. The read is recorded.
create or replace function case_file(ref text, what text) returns jsonb language plpgsql security definer set search_path = hame as $$
declare
    sight text := (select s.sight from case_sight s where s.case_ref = ref);
    names boolean := names_agreed(ref);
    file  jsonb;
begin
    if sight is null then
        return null;
    end if;
    insert into case_read (case_ref, login, person, what) values (ref, session_user, my_person(), what);
    select jsonb_build_object(
        'case', f.case_ref, 'sees', sight, 'stage', coalesce(r.stage, 'unlisted'), 'lane', f.lane, 'council', f.council,
        'listing_date', l.listing_date, 'owner', r.owner, 'revision', r.revision, 'now', business_now(),
        'people', (select jsonb_agg(
            case when sight in ('file', 'no_text') then to_jsonb(p) - 'name_key'
                 when sight = 'children' then jsonb_build_object('no', p.no, 'relationship', p.relationship, 'family_name', p.family_name,
                     'given_names', p.given_names, 'date_of_birth', p.date_of_birth, 'sex', p.sex, 'language', p.language, 'school', p.school)
                 else jsonb_build_object('no', p.no, 'relationship', p.relationship, 'born_year', left(p.date_of_birth, 4),
                     'born_in_scotland', p.born_in_scotland, 'arrived_year', left(p.arrived_on, 4))
                     || case when names then jsonb_build_object('family_name', p.family_name, 'given_names', p.given_names) else '{}' end
                 end order by p.no)
            from person p where p.case_ref = ref and (sight <> 'children' or exists (select from council_child k where k.case_ref = ref and k.no = p.no))),
        'tasks', (select jsonb_agg(to_jsonb(t) order by t.next_at, t.kind, t.subject) from task_list t where t.case_ref = ref))
    into file
    from family f left join listing l using (case_ref) left join review r using (case_ref) where f.case_ref = ref;

    if sight in ('file', 'no_text') then
        file := file || (select jsonb_build_object(
            'drawn_at', l.drawn_at, 'priority', r.priority, 'signed_on', r.signed_on, 'rollup', r.rollup, 'closed_at', r.closed_at,
            'reconciled_on', r.reconciled_on, 'triaged_on', r.triaged_on, 'stuck', r.stuck,
            'held', exists (select from hold h where h.case_ref = ref and h.ended_on is null),
            -- A link to a case that the reader may not see would show that it is there.
            'duplicate', exists (select from duplicate_candidate d where ref in (d.a, d.b) and d.resolved_on is null and may_see(d.a) and may_see(d.b)),
            'family', to_jsonb(f) - array['digest', 'batch', 'recorded_at'])
            from family f left join listing l using (case_ref) left join review r using (case_ref) where f.case_ref = ref);
        file := file || jsonb_build_object(
            'named', (select jsonb_agg(to_jsonb(n) - array['case_ref', 'command_id'] order by n.role, n.person) from named_on_case n where n.case_ref = ref),
            'letters', (select jsonb_agg(to_jsonb(v) order by v.no, v.to_whom) from letter_list v where v.case_ref = ref),
            'evidence', (select jsonb_agg(to_jsonb(e) - 'command_id' order by e.no) from evidence e where e.case_ref = ref),
            'contacts', (select jsonb_agg(to_jsonb(c) - 'command_id' order by c.made_on) from contact c where c.case_ref = ref),
            'interviews', (select jsonb_agg(to_jsonb(i) - 'command_id' order by i.held_on) from interview i where i.case_ref = ref),
            'security_checks', (select jsonb_agg(to_jsonb(s) order by s.person_no, s.no) from security_check s where s.case_ref = ref),
            'outcomes', (select jsonb_agg(to_jsonb(o) order by o.person_no) from decision_outcome o where o.case_ref = ref));
    end if;
    if sight in ('file', 'no_text', 'summary') then
        file := file || (select jsonb_build_object('represented', f.representative <> '') from family f where f.case_ref = ref);
    end if;
    if sight = 'file' then
        file := file || jsonb_build_object(
            'flags', (select jsonb_agg(to_jsonb(x) order by x.no, x.flag) from person_flag x where x.case_ref = ref and x.state <> 'off'),
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
    if sight = 'file' then
        file := file || jsonb_build_object(
            'representations', (select jsonb_agg(to_jsonb(x) order by x.no) from representation x where x.case_ref = ref));
    elsif sight = 'summary' then
        -- The answer to a representation is for whoever made it.
        file := file || jsonb_build_object(
            'representations', (select jsonb_agg(case when x.from_kind = 'minister' then to_jsonb(x) - 'answered_by'
                    else jsonb_build_object('no', x.no, 'from_kind', x.from_kind, 'received_on', x.received_on) end order by x.no)
                from representation x where x.case_ref = ref));
    end if;
    return file || case_more(ref, sight);
end $$;

create or replace function case_timeline(ref text) returns table (at timestamptz, what text, who text, detail text)
language plpgsql security definer set search_path = hame as $$
begin
    if not exists (select from case_sight s where s.case_ref = ref and s.sight in ('file', 'no_text')) then
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

-- What people wrote, oldest first, as the reader's role may see it: councils what is written of their children, the
-- minister's office what it writes itself. An erased text is not there. The read is recorded.
drop function act_text(text, text[]);
create function act_text(ref text) returns table (kind text, subject_no int, person text, attested_on date, body text)
language plpgsql security definer set search_path = hame as $$
declare
    sight text := sight_of(ref);
begin
    return query select c.kind, c.subject_no, c.person, c.attested_on, t.body from command c join command_text t on t.command_id = c.id
        where c.case_ref = ref and t.body is not null
          and (sight = 'file'
               or (sight = 'children' and c.kind in ('welfare.report', 'welfare.return', 'welfare.concern'))
               or (sight = 'summary' and c.kind in ('representation.draft', 'representation.return')))
        order by c.recorded_at;
    if found then
        insert into case_read (case_ref, login, person, what) values (ref, session_user, my_person(), 'texts');
    end if;
end $$;
-- +goose StatementEnd

-- Every link of every chain.
create view chain_link as
select chain_subject(c) as subject, c.chain_n as n, c.chain_hash as hash, chain_content(c) as content from command c
union all
select chain_subject(c), o.chain_n, o.chain_hash, chain_content(o) from command_outcome o join command c on c.id = o.command_id
union all
select 'staff', e.chain_n, e.chain_hash, chain_content(e) from staff_event e;

-- +goose StatementBegin
create or replace function broken_chains() returns table (subject text, n int) language sql stable as $$
    with followed as (
        select l.*, lag(l.hash) over w as previous, row_number() over w as expected from chain_link l
        window w as (partition by l.subject order by l.n))
    select subject, n from followed
    where n <> expected
       or hash <> sha256(coalesce(previous, convert_to(subject, 'UTF8')) || convert_to(content, 'UTF8'))
    union all
    select coalesce(h.subject, l.subject), coalesce(h.n, l.n)
    from chain_head h full join (select distinct on (subject) * from chain_link order by subject, n desc) l using (subject)
    where h.hash is distinct from l.hash or h.n is distinct from l.n
    union all
    -- A text may be erased, and never altered.
    select chain_subject(c), c.chain_n from command c join command_text t on t.command_id = c.id
    where t.body is not null and c.text_digest is distinct from sha256(t.salt || convert_to(t.body, 'UTF8'))
$$;

-- What breaks an invariant of the record, one row each: the rule, the case, what
-- is wrong. Operations read it of the cases that they may see, the auditor of all.
create or replace function verify_record() returns table (rule text, case_ref text, detail text) language plpgsql stable security definer set search_path = hame as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query select b.* from (
    select 'people decide', d.case_ref, 'a refusal without a second officer'
        from decision d where (d.second is null or d.second = d.author)
          and (d.rollup <> 'ALL_GRANTED' or exists (select from decision_outcome o where o.case_ref = d.case_ref and o.outcome not like 'GRANT%'))
    union all
    select 'people decide', d.case_ref, 'a decision without the command that proposed it' from decision d
        join proposal p on p.case_ref = d.case_ref and p.no = d.proposal_no
        where not exists (select from command_outcome o where o.command_id = p.command_id and o.outcome = 'accepted')
    union all
    select 'every child is seen', o.case_ref, 'person ' || p.no || ' was decided with neither a signed check nor a waiver'
        from decision_outcome o join person p on p.case_ref = o.case_ref and p.no = o.person_no
        where p.child_when_listed
          and not exists (select from welfare_check w where w.case_ref = p.case_ref and w.person_no = p.no and w.signed_on is not null)
          and not exists (select from welfare_waiver v where v.case_ref = p.case_ref and v.person_no = p.no and o.outcome like 'GRANT%')
    union all
    select 'nothing is lost', chain_subject(c), 'command ' || c.id || ' (' || c.kind || ') has no outcome'
        from command c left join command_outcome o on o.command_id = c.id
        where o.command_id is null and c.recorded_at < clock_timestamp() - interval '1 minute'
    union all
    select 'nothing is lost', x.subject, 'the chain breaks at link ' || x.n from broken_chains() x
    union all
    select 'nothing is lost', chain_subject(c), 'the text of command ' || c.id || ' is gone, and nobody is on record for erasing it'
        from command c join command_text t on t.command_id = c.id
        where t.body is null and not exists (select from command e join command_outcome o on o.command_id = e.id and o.outcome = 'accepted'
                                             where e.kind = 'text.erase' and e.fields->>'command' = c.id::text)
    union all
    select 'an owner and a next date', r.case_ref, 'open at ' || r.stage || ' and nothing is awaited' from review r
        where r.stage <> 'closed' and r.stuck = '' and r.stage <> 'listed'
          and not exists (select from task t where t.case_ref = r.case_ref and t.closed_at is null)
    union all
    select 'an owner and a next date', r.case_ref, 'stuck: ' || r.stuck from review r where r.stuck <> ''
    union all
    select 'an owner and a next date', d.case_ref, 'difference ' || d.no || ' of an import waits and no task stands for it'
        from import_difference d join import_batch i on i.id = d.batch
        where d.finding is null and i.recorded_at < clock_timestamp() - interval '2 minutes'
          and not exists (select from task t where t.case_ref = d.case_ref and t.closed_at is null
                          and (t.kind = 'closed.arrival' or (t.kind = 'file.difference' and t.subject = d.no)))
    union all
    select 'an owner and a next date', h.case_ref, 'held (' || h.ground || ') and no review of the hold is awaited'
        from hold h join review r using (case_ref)
        where h.ended_on is null and r.stage <> 'closed'
          and not exists (select from task t where t.case_ref = h.case_ref and t.closed_at is null and t.kind = 'hold.review')
    union all
    select 'served before closed', r.case_ref, 'closed with person ' || o.person_no || ' not served' from review r
        join decision_outcome o using (case_ref) where r.stage = 'closed' and o.served_on is null
    union all
    select 'figures reconcile', '', 'decided, closed and open do not add up to the families' from (select programme_report() as j) x
        where (j->>'families')::int <> (j->>'decided')::int + (j->>'closed')::int + (j->>'open')::int
    ) b (r, c, d)
    where session_user = 'hame_worker' or has_role('auditor') or not exists (select from family f where f.case_ref = b.c) or may_see(b.c);
end $$;

-- The open reviews and closed ones that the caller may see, for comparing with what runs in Temporal.
create or replace function reviews_on_record() returns table (case_ref text, stage text, drawn boolean) language plpgsql stable security definer set search_path = hame as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query select l.case_ref, coalesce(r.stage, 'listed'), r.case_ref is null from listing l left join review r using (case_ref)
        where session_user = 'hame_worker' or exists (select from case_sight s where s.case_ref = l.case_ref and s.sight is not null);
end $$;

-- How often each review was restarted or freed by operations.
create function recoveries() returns table (case_ref text, n bigint) language plpgsql stable security definer set search_path = hame as $$
begin
    if not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query select c.case_ref, count(*) from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
        where c.kind = 'case.recover' and may_see(c.case_ref) group by c.case_ref;
end $$;

-- One of the session's own commands, with its outcome if it has one. Nobody
-- reads another's through it, for staff have no other way to the table.
create function my_command(in_id uuid) returns table (case_ref text, kind text, outcome text, detail jsonb, revision int)
language sql stable security definer set search_path = hame as $$
    select c.case_ref, c.kind, o.outcome, o.detail, o.revision
    from command c left join command_outcome o on o.command_id = c.id
    where c.id = in_id and c.login = session_user
$$;

-- The staff list, with whoever was added and holds no role.
create function staff_list() returns table (login text, person text, role text, council text, valid_from date, valid_to date,
        revoked_at timestamptz, granted_by text, holds boolean) language plpgsql stable security definer set search_path = hame as $$
begin
    if not has_role('operations', 'auditor') then
        raise exception '% may not read the staff list', session_user using errcode = 'insufficient_privilege';
    end if;
    return query select m.login, coalesce(s.person, m.person), coalesce(s.role, ''), coalesce(s.council, ''), s.valid_from, s.valid_to, s.revoked_at,
            coalesce(s.granted_by, m.added_by), coalesce(grant_holds(s, statement_timestamp()), false)
        from staff_member m left join staff s using (login) order by m.login collate "C", s.id;
end $$;

create function only_the_auditor() returns void language plpgsql stable security definer set search_path = hame as $$
begin
    if not has_role('auditor') then
        raise exception '% may not read the audit: it is for the auditor', session_user using errcode = 'insufficient_privilege';
    end if;
end $$;

-- Who read a case.
create function audit_reads(ref text) returns table (at timestamptz, person text, login text, what text)
language plpgsql stable security definer set search_path = hame as $$
begin
    perform only_the_auditor();
    if not may_see(ref) then
        raise exception 'no such case' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    return query select r.read_at, r.person, r.login, r.what from case_read r where r.case_ref = ref order by r.id;
end $$;

-- Every act on a case with what became of it and its links. The read is recorded.
create function audit_show(ref text) returns table (id uuid, at timestamptz, person text, login text, kind text, subject_no int, attested_on date,
        text_is text, link int, hash text, outcome text, code text, outcome_link int, outcome_hash text)
language plpgsql security definer set search_path = hame as $$
begin
    perform only_the_auditor();
    if not may_see(ref) then
        raise exception 'no such case' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    insert into case_read (case_ref, login, person, what) values (ref, session_user, my_person(), 'audit');
    return query select c.id, c.recorded_at, c.person, c.login, c.kind, c.subject_no, c.attested_on,
            case when c.text_digest is null then 'none' when t.body is null then 'erased' else 'there' end,
            c.chain_n, left(encode(c.chain_hash, 'hex'), 12), coalesce(o.outcome, ''), coalesce(o.code, ''),
            coalesce(o.chain_n, 0), coalesce(left(encode(o.chain_hash, 'hex'), 12), '')
        from command c left join command_outcome o on o.command_id = c.id left join command_text t on t.command_id = c.id
        where c.case_ref = ref order by c.chain_n;
end $$;

-- The heads of all chains, always in the same order, to be kept elsewhere.
create function audit_heads() returns table (subject text, n int, hash text) language plpgsql stable security definer set search_path = hame as $$
begin
    perform only_the_auditor();
    return query select h.subject, h.n, encode(h.hash, 'hex') from chain_head h order by h.subject collate "C";
end $$;

-- What differs from heads that were exported earlier, [{subject, n, hash}], and
-- every link that does not follow from what it stands on.
create function audit_check(heads jsonb) returns table (subject text, n int, detail text) language plpgsql stable security definer set search_path = hame as $$
begin
    perform only_the_auditor();
    return query
    select e.subject, e.n, case when l.hash is null then 'the link is gone' else 'the link has another hash' end
        from jsonb_to_recordset(heads) e (subject text, n int, hash text)
        left join chain_link l on l.subject = e.subject and l.n = e.n
        where encode(l.hash, 'hex') is distinct from e.hash
    union
    select b.subject, b.n, 'the chain breaks here' from broken_chains() b
    order by 1, 2, 3;
end $$;

-- Erases the text of an act, on record: the act of erasing stands in the chain of
-- the same case. A court's hold overrides it.
create function erase_text(id uuid, target uuid, reason text) returns void language plpgsql security definer set search_path = hame as $$
declare
    c command;
    blanked boolean;
begin
    if not has_role('operations') then
        raise exception '% may not erase: it is for operations', session_user using errcode = 'insufficient_privilege';
    end if;
    select * into c from command x where x.id = target;
    if c.id is null or (c.case_ref is not null and not may_see(c.case_ref)) then
        raise exception 'no such command' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    if reason is null or reason not in ('retention', 'data_subject', 'wrong_file') then
        raise exception 'no such reason' using errcode = 'check_violation', constraint = 'erasure_reason';
    end if;
    -- A hold opens at the listing; until then the imported flag stands for it.
    if exists (select from hold h where h.case_ref = c.case_ref and h.ground = 'court' and h.ended_on is null)
       or (exists (select from person_flag f where f.case_ref = c.case_ref and f.flag = 'judicial_review' and f.state <> 'off')
           and not exists (select from review r where r.case_ref = c.case_ref)) then
        raise exception 'a court hold is open' using errcode = 'check_violation', constraint = 'court_hold_stands';
    end if;
    select t.body is null into blanked from command_text t where t.command_id = target for update;
    if blanked is null then
        raise exception 'it has no text' using errcode = 'check_violation', constraint = 'act_has_no_text';
    elsif blanked then
        raise exception 'it is erased' using errcode = 'check_violation', constraint = 'text_is_erased';
    end if;
    insert into command (id, case_ref, lane, office, kind, attested_on, fields)
    values (erase_text.id, c.case_ref, c.lane, c.office, 'text.erase', (business_now() at time zone 'Europe/London')::date,
            jsonb_build_object('command', target, 'reason', reason));
    insert into command_outcome (command_id, outcome, business_at) values (erase_text.id, 'accepted', business_now());
    update command_text set body = null where command_id = target;
    -- What was taken over from the text goes with it.
    update correction set old_value = null, new_value = null where command_id = target;
    update post_item set said_reference = '', said_name = '', said_representative = '' where command_id = target;
end $$;
-- +goose StatementEnd

-- What it answered was the widest of all roles, whatever the case.
drop function my_sight();

-- +goose Down
