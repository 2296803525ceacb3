-- +goose Up
-- Deadlines with a ledger: versions of the calendars, holds that stop a clock, extensions, and every date that was
-- ever shown with the reason for its change.

create table calendar_version (
    version     text primary key,   -- the digest of its days
    label       text not null check (length(label) <= 200 and label !~ '[[:cntrl:]]'),
    recorded_at timestamptz not null default clock_timestamp()
);
create table calendar_day (
    version  text not null references calendar_version,
    division text not null check (division in ('england-and-wales', 'scotland') or division ~ '^S12[0-9]{6}$'),
    day      date not null,
    title    text not null check (length(title) <= 200 and title !~ '[[:cntrl:]]'),
    primary key (version, division, day)
);
-- Which version came into force when, the last one being in force. An older version can be put in force again.
create table calendar_application (
    no          bigint generated always as identity primary key,
    version     text not null references calendar_version,
    replaced    text references calendar_version,
    reason      text not null,
    command_id  uuid unique references command,   -- null for the version that a database begins with
    applied_at  timestamptz not null,
    -- When every running deadline that depends on a changed day had been moved.
    finished_at timestamptz
);
-- What an application changed: the days that became holidays or ceased to be, and of a year that was published or is
-- no longer, its first day.
create table calendar_change (
    application bigint not null references calendar_application,
    division    text not null,
    day         date not null,
    change      text not null check (change in ('added', 'removed', 'published', 'unpublished')),
    primary key (application, division, day, change)
);

-- The cases of which a deadline may depend on a day that an application changed, found once, and which of them have
-- been seen to.
create table calendar_case (
    application bigint not null references calendar_application,
    case_ref    text not null references review,
    seen_at     timestamptz,
    primary key (application, case_ref)
);
create index unseen_cases on calendar_case (application, case_ref) where seen_at is null;

-- Whoever changes a case keeps this gate open, by a lock, until the change is done, and a change of calendar waits until
-- nobody does. No login can reach it but through the functions below; who only reads it, as a backup does, is in nobody's way.
create table calendar_gate ();

-- A stopped clock has no next instant, and before its last day is reached no last day: nothing is made up for it.
alter table task alter column next_at drop not null, alter column due_on drop not null,
    add column calendar_version text references calendar_version,
    -- The version in force under which the last day was kept that a change would have taken away.
    add column kept_under text references calendar_version,
    add constraint no_day_only_while_stopped check (due_on is not null or next_at is null or closed_at is not null);
create index tasks_of_version on task (calendar_version) where closed_at is null;
-- What was closed because its time had passed, or was answered late.
create index ended_by_day on task (due_on) where closed_at is not null and (result in ('gap', 'lapsed') or overdue);
alter table interview add column calendar_version text references calendar_version, add column kept_under text references calendar_version;
-- Each change of the last day on which a person may answer what was put to them: null while a hold stops it.
create table answer_change (
    interview   uuid not null references interview,
    no          int  not null,
    cause       text not null check (cause in ('hold', 'release', 'calendar')),
    at          timestamptz not null,
    old_by      date,
    new_by      date,
    old_version text references calendar_version,
    new_version text references calendar_version,
    command_id  uuid references command,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (interview, no)
);
create trigger insert_only before update or delete on answer_change for each row execute function refuse_change();

alter table hold drop constraint hold_ground_check;
alter table hold add constraint hold_ground_check
        check (ground in ('age_dispute', 'child_protection', 'court', 'medical', 'trafficking', 'duplicate')),
    -- Holds from before clocks could be stopped: they let every clock run, as they did then.
    -- So does a hold that was opened by mistake.
    add column runs_on boolean not null default false;
update hold set runs_on = true;
alter table hold add constraint ended_after_it_began check (runs_on or ended_on >= opened_on);
-- The day on which a hold is looked at again is one that somebody names: so many calendar days.
update task set unit = 'calendar', days = due_on - began where kind = 'hold.review' and closed_at is null and due_on >= began;

-- Which clocks a hold stops: written by setup from the rules in the code, so that they stand in one place.
create table ground_stops (
    ground text not null,
    kind   text not null,
    primary key (ground, kind)
);

-- A finished stage is open again where a hold or a calendar gave somebody their time back: it is entered once more.
alter table stage_entry add column no int not null default 1, drop constraint stage_entry_pkey, add primary key (case_ref, stage, no);

create table extension (
    case_ref     text not null references review,
    no           int  not null,
    task_id      bigint not null references task,
    days         int  not null check (days between 1 and 366),
    reason       text not null,
    asked_by     text not null,
    asked_on     date not null,
    decision     text not null check (decision in ('granted', 'refused')),
    decided_by   text not null,
    decided_on   date not null,
    command_id   uuid not null unique references command,
    withdrawn_on date,
    withdrawn_by text,
    withdrawal_id uuid unique references command,
    primary key (case_ref, no),
    check (num_nulls(withdrawn_on, withdrawn_by, withdrawal_id) in (0, 3)),
    check (withdrawn_on is null or decision = 'granted')
);
create index on extension (task_id);

-- Each change of a task's dates: the old ones, the new ones, and what changed them. Why a case is held is not said
-- here; it stands in the hold.
create table deadline_change (
    task_id      bigint not null references task,
    no           int  not null,
    cause        text not null check (cause in ('hold', 'release', 'hold_review', 'extension', 'withdrawal', 'calendar', 'post')),
    at           timestamptz not null,
    old_due      date,
    new_due      date,
    old_next     timestamptz,
    new_next     timestamptz,
    days_left    int not null,
    provisional  boolean not null, -- the new day
    was_provisional boolean not null,
    old_version  text references calendar_version,
    new_version  text references calendar_version,
    command_id   uuid references command,
    recorded_at  timestamptz not null default clock_timestamp(),
    primary key (task_id, no)
);
create trigger insert_only before update or delete on deadline_change for each row execute function refuse_change();
create trigger insert_only before update or delete on calendar_day for each row execute function refuse_change();

alter table command drop constraint command_office_check;
alter table command add constraint command_office_check check (office in ('mailroom', 'calendar'));

-- A synthetic programme's now goes on from where it was put, as its reviews' clocks do: what is done by hand after a
-- rehearsal has happened when the figures are asked for.
alter table programme add column business_now_since timestamptz;
-- +goose StatementBegin
create function goes_on() returns trigger language plpgsql as $$
begin
    new.business_now_since := clock_timestamp();
    return new;
end $$;
create or replace function business_now() returns timestamptz language sql stable security definer set search_path = hame as $$
    select case when synthetic and business_now is not null then business_now + (clock_timestamp() - business_now_since)
                else clock_timestamp() end from programme
$$;
-- +goose StatementEnd
create trigger goes_on before update of business_now on programme for each row execute function goes_on();
update programme set business_now = business_now where business_now is not null;

-- +goose StatementBegin
create function calendar_in_force() returns text language plpgsql stable security definer set search_path = hame as $$
begin
    return (select a.version from calendar_application a order by a.no desc limit 1);
end $$;

-- The days of a version: they are published, and everybody may read them.
create function holidays_of(in_version text) returns table (label text, division text, day date, title text) language sql stable security definer set search_path = hame as $$
    select v.label, d.division, d.day, d.title from calendar_version v join calendar_day d using (version) where v.version = in_version
$$;

create function keep_gate_open() returns void language plpgsql volatile security definer set search_path = hame as $$
begin
    lock table calendar_gate in row share mode;
end $$;

-- Takes a review's row for the rest of the transaction, and tells which calendar is in force. Each statement here sees
-- what was committed before it: a version that came into force while the gate was waited for is seen.
create function lock_review(ref text, out locked text, out calendar text) language plpgsql volatile as $$
begin
    perform keep_gate_open();
    select r.case_ref into locked from review r where r.case_ref = ref for update;
    calendar := calendar_in_force();
end $$;

-- Waits until no change of a case is under way that began under the calendar before. Whoever calls it bounds the wait by
-- lock_timeout and tries again: while it waits, others wait behind it.
create function calendar_barrier() returns void language plpgsql volatile security definer set search_path = hame as $$
begin
    lock table calendar_gate in exclusive mode;
end $$;

-- Whether a calendar keeps a division's days.
create function calendar_keeps(in_calendar text, in_division text) returns boolean language sql immutable as $$
    select case when in_division = 'england-and-wales' then in_calendar = 'england-and-wales'
                when in_division = 'scotland' then in_calendar like 'scotland%'
                else in_calendar like '%/' || in_division end
$$;

-- Whether adverse material was answered, at that interview or a later one.
create function answered(i interview) returns boolean language sql stable as $$
    select i.adverse = 'answered' or exists (
        select from interview a where a.case_ref = i.case_ref and a.person_no = i.person_no and a.adverse = 'answered' and a.held_on >= greatest(i.held_on, i.put_on))
$$;

-- Finds the cases of which a deadline may depend on a day that changed since its version came into force, once for an
-- application, and tells how many there are. Some of them may turn out not to move. Of what was closed because its time
-- had passed, or after its last day, the last week is looked at: a holiday that is announced late may give a day back.
create function find_cases_to_move(in_application bigint) returns int language plpgsql volatile security definer set search_path = hame as $$
begin
    if not exists (select from calendar_case c where c.application = in_application) then
        insert into calendar_case (application, case_ref)
        with since as (
            select v.version, d.division, d.day, d.change
            from calendar_version v
            join lateral (select max(a.no) as no from calendar_application a where a.version = v.version) f on true
            join calendar_change d on d.application > f.no and d.application <= in_application)
        select in_application, x.case_ref from (
            select t.case_ref from task t join since d on d.version = t.calendar_version and calendar_keeps(t.calendar, d.division)
            where t.unit = 'working'
              and (t.closed_at is null or ((t.result in ('gap', 'lapsed') or t.overdue) and t.due_on >= business_today() - 7))
              and case when d.change in ('added', 'removed')
                  then d.day > t.began and (t.next_at is null or t.closed_at is not null
                                            or d.day <= (t.next_at at time zone 'Europe/London')::date or d.day <= t.due_on)
                  else (t.provisional or d.change = 'unpublished')
                       and extract(year from d.day) between extract(year from t.began) and extract(year from coalesce(t.due_on, t.began)) end
            union
            select i.case_ref from interview i join since d on d.division = 'england-and-wales'
            where (i.answer_by >= business_today() - 7 or (i.answer_by is null and i.put_on is not null)) and d.day > i.put_on
              and not answered(i)
        ) x join review r using (case_ref)
        on conflict do nothing; -- an attempt that was given up may still be at it
    end if;
    return (select count(*) from calendar_case c where c.application = in_application);
end $$;

-- Whether days can be all that a version holds: of both nations each year from its first to its last, with at least eight
-- days that are not of a weekend, one by 4 January and two after 24 December, and at most twenty a year of any division;
-- each day written as it is kept, for the version is a digest of what is written.
-- NewHolidays in internal/clock asks the same and says what is missing; here nobody with psql gets past it, for without
-- a whole calendar no case could be worked on.
create function calendar_is_whole(in_days jsonb) returns boolean language sql immutable as $$
    with days as (select d->>0 as division, (d->>1)::date as day from jsonb_array_elements(in_days) d),
    years as (
        select division, extract(year from day)::int as year, count(*) as n, count(*) filter (where extract(isodow from day) < 6) as on_weekdays,
               min(to_char(day, 'MMDD')) as first, count(*) filter (where to_char(day, 'MMDD') >= '1225') as at_christmas
        from days group by 1, 2)
    select (select bool_and(d->>1 = to_char((d->>1)::date, 'YYYY-MM-DD')) from jsonb_array_elements(in_days) d)
       and coalesce(bool_and(y.n <= 20 and y.year between 1990 and 2100
                             and (y.division not in ('england-and-wales', 'scotland')
                                  or (y.on_weekdays >= 8 and y.first <= '0104' and y.at_christmas >= 2))), false)
       and (select count(*) = 2 and bool_and(s.years = s.last - s.first + 1)
            from (select division, count(*) as years, min(year) as first, max(year) as last from years
                  where division in ('england-and-wales', 'scotland') group by 1) s)
    from years y
$$;

-- Puts a version of the calendars in force, under the act of whoever applies it. The days come as one JSON list of
-- [division, day, title], the changes as one of [division, day, change]. The version must be the digest of the days, and
-- they must be whole. Applied again while it is in force it is answered with the application that stands. Null if another version came into force since the one that the caller compared with.
create function apply_calendar(in_command uuid, in_version text, in_label text, in_replaces text, in_days jsonb, in_changes jsonb) returns bigint
language plpgsql security definer set search_path = hame as $$
declare
    c command := own_command(in_command, 'calendar.apply');
    n bigint;
begin
    if c.office is distinct from 'calendar' then
        raise exception 'this act belongs to a case' using errcode = 'insufficient_privilege';
    end if;
    lock table calendar_application in share row exclusive mode;
    if calendar_in_force() = in_version then
        perform accept_command(c.id);
        return (select max(a.no) from calendar_application a);
    end if;
    if calendar_in_force() is distinct from in_replaces then
        return null;
    end if;
    if in_version is distinct from (
            select left(encode(sha256(convert_to(string_agg((d->>0) || e'\t' || (d->>1) || e'\n', '' order by (d->>0) collate "C", (d->>1) collate "C"), 'UTF8')), 'hex'), 12)
            from jsonb_array_elements(in_days) d)
       or not calendar_is_whole(in_days) then
        raise exception 'the days are not those of the version' using errcode = 'check_violation', constraint = 'calendar_is_whole';
    end if;
    insert into calendar_version (version, label) values (in_version, in_label) on conflict do nothing;
    if found then
        insert into calendar_day select in_version, d->>0, (d->>1)::date, d->>2 from jsonb_array_elements(in_days) d;
    end if;
    insert into calendar_application (version, replaced, reason, command_id, applied_at)
        values (in_version, in_replaces, c.fields->>'reason', c.id, business_now()) returning no into n;
    insert into calendar_change select n, d->>0, (d->>1)::date, d->>2 from jsonb_array_elements(in_changes) d;
    perform accept_command(c.id);
    return n;
end $$;

-- How far the last application is: of the cases that may depend on a changed day those that were seen to, and the
-- deadlines that moved. affected is null until they have been looked for.
create function calendar_progress(out no bigint, out version text, out label text, out replaced text, out finished boolean, out minutes int,
    out affected int, out seen int, out cases int, out deadlines int)
language plpgsql stable security definer set search_path = hame as $$
declare
    since timestamptz;
begin
    select a.no, a.version, v.label, a.replaced, a.finished_at is not null, coalesce(o.recorded_at, '-infinity')
        into no, version, label, replaced, finished, since
        from calendar_application a join calendar_version v using (version) left join command_outcome o on o.command_id = a.command_id
        order by a.no desc limit 1;
    minutes := case when since = '-infinity' then 0 else extract(epoch from clock_timestamp() - since) / 60 end;
    select nullif(count(*), 0), count(c.seen_at) into affected, seen from calendar_case c where c.application = calendar_progress.no;
    select count(distinct t.case_ref), count(*) into cases, deadlines
        from deadline_change d join task t on t.id = d.task_id
        where d.cause = 'calendar' and d.new_version = calendar_progress.version and d.recorded_at >= since;
end $$;

-- What arrives for a closed case gets its task with the calendar in force.
create function stamp_calendar() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    new.calendar_version := coalesce(new.calendar_version, calendar_in_force());
    return new;
end $$;

-- A case's deadlines, running and past, for whoever may see its tasks: what each began with, what was added, when it
-- stood still, and each date that it was shown with. Why a case is held is for those who see the file. The read is recorded.
create function case_clocks(ref text) returns jsonb language plpgsql security definer set search_path = hame as $$
declare
    sight text := sight_of(ref);
begin
    if sight is null then
        return null;
    end if;
    insert into case_read (case_ref, login, person, what) values (ref, session_user, my_person(), 'clocks');
    return jsonb_build_object('case', ref, 'sees', sight, 'now', business_now(), 'calendar', calendar_in_force(),
        'council', (select f.council from family f where f.case_ref = ref),
        'tasks', (select coalesce(jsonb_agg(jsonb_build_object(
                'kind', t.kind, 'subject', t.subject, 'awaiting', t.awaiting, 'began', t.began, 'days', t.days, 'unit', t.unit,
                'calendar', t.calendar, 'calendar_version', t.calendar_version, 'kept', coalesce(t.kept_under = calendar_in_force(), false), 'due_on', t.due_on, 'provisional', t.provisional,
                'next_rung', t.next_rung, 'next_at', t.next_at, 'overdue', t.overdue, 'escalated', t.escalated,
                'closed_at', t.closed_at, 'result', t.result, 'attested_on', t.attested_on,
                'pauses', (select coalesce(jsonb_agg(jsonb_build_object('from', h.opened_on, 'until', h.ended_on) order by h.id), '[]')
                           from hold h join ground_stops s on s.ground = h.ground and s.kind = t.kind
                           where h.case_ref = ref and not h.runs_on and (h.ended_on is null or h.ended_on > t.began)),
                'extensions', (select coalesce(jsonb_agg(to_jsonb(e) - array['case_ref', 'task_id', 'command_id', 'withdrawal_id']
                                   - case when sight = 'file' then array[]::text[] else array['reason'] end order by e.no), '[]')
                               from extension e where e.task_id = t.id),
                -- Why a hold ended, or more time was taken back, may tell of the family.
                'changes', (select coalesce(jsonb_agg(to_jsonb(d) - array['task_id', 'recorded_at', 'command_id']
                                || jsonb_build_object('by', coalesce(c.person, ''),
                                       'reason', case when d.cause = 'calendar' or sight = 'file' then coalesce(c.fields->>'reason', '') else '' end,
                                       'label', coalesce((select v.label from calendar_version v where v.version = d.new_version and d.cause = 'calendar'), ''))
                                order by d.no), '[]')
                            from deadline_change d
                            left join lateral (select x.command_id from calendar_application x where x.version = d.new_version and d.cause = 'calendar'
                                               order by coalesce(x.replaced = d.old_version, false) desc, x.no desc limit 1) a on true
                            left join command c on c.id = coalesce(d.command_id, a.command_id)
                            where d.task_id = t.id))
                order by t.closed_at is not null, t.next_at nulls last, t.id), '[]')
            from task t where t.case_ref = ref
              and (sight in ('file', 'no_text') or (sight = 'children' and t.stage = 'welfare') or (sight = 'summary' and t.stage = 'representation')
                   or t.awaiting in (select m.role from my_roles() m))),
        'answers', (select coalesce(jsonb_agg(jsonb_build_object('person', i.person_no, 'put_on', i.put_on, 'answer_by', i.answer_by, 'answered', answered(i),
                        'changes', (select coalesce(jsonb_agg(jsonb_build_object('cause', a.cause, 'at', a.at, 'old_by', a.old_by, 'new_by', a.new_by,
                                            'old_version', a.old_version, 'new_version', a.new_version) order by a.no), '[]')
                                    from answer_change a where a.interview = i.command_id)) order by i.held_on, i.command_id), '[]')
                    from interview i where i.case_ref = ref and i.adverse <> 'none' and sight = 'file'),
        'holds', (select coalesce(jsonb_agg(jsonb_build_object('person', h.person_no, 'opened_on', h.opened_on, 'ended_on', h.ended_on,
                      'review_on', h.review_on, 'runs_on', h.runs_on, 'ground', case when sight = 'file' then h.ground else '' end) order by h.id), '[]')
                  from hold h where h.case_ref = ref and sight in ('file', 'no_text')));
end $$;

-- When the clock of a kind of task of a case stood still.
create function stops_on_record(ref text, in_kind text) returns jsonb language sql stable set search_path = hame as $$
    select coalesce(jsonb_agg(jsonb_build_object('from', h.opened_on, 'until', h.ended_on)), '[]')
    from hold h join ground_stops s on s.ground = h.ground and s.kind = in_kind where h.case_ref = ref and not h.runs_on
$$;

-- The open tasks after one, in order, with what their last days follow from, for checking that they do.
create function deadlines_on_record(after bigint, at_most int) returns table (id bigint, case_ref text, kind text, subject int, awaiting text, began date,
    days int, unit text, calendar text, calendar_version text, due_on date, provisional boolean, extended int, pauses jsonb)
language plpgsql stable security definer set search_path = hame as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
    select t.id, t.case_ref, t.kind, t.subject, t.awaiting, t.began, t.days, t.unit, t.calendar, coalesce(t.calendar_version, ''), t.due_on, t.provisional,
        (select coalesce(sum(e.days), 0)::int from extension e where e.task_id = t.id and e.decision = 'granted' and e.withdrawn_on is null),
        stops_on_record(t.case_ref, t.kind)
    from task t
    where t.id > after and t.closed_at is null
      and (session_user = 'hame_worker' or has_role('auditor') or may_see(t.case_ref))
    order by t.id limit at_most;
end $$;

-- The times to answer adverse material that nobody has answered, for the same check.
create function answers_on_record() returns table (case_ref text, subject int, began date, calendar_version text, due_on date, pauses jsonb)
language plpgsql stable security definer set search_path = hame as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
    select i.case_ref, i.person_no, i.put_on, i.calendar_version, i.answer_by, stops_on_record(i.case_ref, 'evidence.questionnaire')
    from interview i join review r on r.case_ref = i.case_ref
    where i.adverse <> 'none' and i.calendar_version is not null and not answered(i) and r.stage <> 'closed'
      and (session_user = 'hame_worker' or has_role('auditor') or may_see(i.case_ref))
    order by i.case_ref, i.command_id;
end $$;

-- What arrives for a closed case is kept with it, and a senior caseworker gets a task, with the deadline that was worked
-- out by the version of the calendars given. Where another has come into force meanwhile it is to be worked out anew.
drop function file_command(uuid, date, timestamptz, date);
create function file_command(id uuid, due date, next_at timestamptz, wait_until date, in_version text, in_provisional boolean) returns void
language plpgsql security definer set search_path = hame as $$
declare
    c command;
begin
    perform keep_gate_open();
    if in_version is distinct from calendar_in_force() then
        raise exception 'another calendar has come into force' using errcode = 'serialization_failure';
    end if;
    if exists (select from command_outcome o where o.command_id = file_command.id) then
        return; -- sent again: it is filed already
    end if;
    c := own_command(file_command.id, (select x.kind from command x where x.id = file_command.id));
    if not exists (select from review r where r.case_ref = c.case_ref and r.stage = 'closed')
       or not exists (select from act_role a where a.act = c.kind and a.filed) then
        raise exception 'only what arrives for a closed case is filed' using errcode = 'insufficient_privilege';
    end if;
    if c.kind = 'post.receive' then
        insert into post_item (from_kind, received_on, wait_until, case_ref, linked_on, command_id)
            values (c.fields->>'from', c.attested_on, file_command.wait_until, c.case_ref, c.attested_on, c.id);
    elsif c.kind = 'post.link' then
        update post_item set case_ref = c.case_ref, linked_on = c.attested_on
            where no = (c.fields->>'item')::bigint and case_ref is null and dismissed_on is null;
        if not found then
            raise exception 'no unlinked item has this number' using errcode = 'check_violation', constraint = 'no_such_item';
        end if;
    elsif c.kind = 'post.read' then
        update post_item set read_on = c.attested_on
            where no = (c.fields->>'item')::bigint and case_ref = c.case_ref and read_on is null;
        if not found then
            raise exception 'no unread item has this number' using errcode = 'check_violation', constraint = 'no_such_item';
        end if;
    end if;
    insert into command_outcome (command_id, outcome, business_at) values (c.id, 'filed', business_now());
    if c.kind <> 'post.read' then
        insert into task (case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, calendar_version, due_on, provisional, opened_at, next_rung, next_no, next_at)
            values (c.case_ref, 'closed.arrival', 0, 'closed', 'senior_caseworker', c.attested_on, 5, 'working', 'england-and-wales', in_version,
                    due, in_provisional, business_now(), 'due', 0, file_command.next_at)
            on conflict do nothing;
    end if;
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
    -- A rung acted on the day that was shown then.
    select r.acted_at, r.kind, '', t.kind || case when t.subject > 0 then '/' || t.subject else '' end
           || ', due ' || coalesce(due_as_known(t, r.acted_at)::text, 'no day: stopped') || case when r.effect <> '' then ': ' || r.effect else '' end
    from rung r join task t on t.id = r.task_id where t.case_ref = ref
    union all
    select d.at, 'deadline moved', coalesce((select c.person from command c where c.id = d.command_id), ''),
           t.kind || case when t.subject > 0 then '/' || t.subject else '' end || ', due ' || coalesce(d.old_due::text, 'no day')
           || ' -> ' || coalesce(d.new_due::text, 'no day: stopped') || case when d.provisional then ' (provisional)' else '' end || ': ' || d.cause
    from deadline_change d join task t on t.id = d.task_id where t.case_ref = ref
    order by 1, 2;
end $$;

-- The last day of a task as it was known at an instant: what was recorded later does not count.
create function due_as_known(t task, as_of timestamptz) returns date language sql stable as $$
    select case when d.no is null then coalesce(f.old_due, t.due_on) else d.new_due end
    from (select 1) one
    left join lateral (select x.no, x.new_due from deadline_change x where x.task_id = t.id and x.at <= as_of order by x.no desc limit 1) d on true
    left join lateral (select x.old_due from deadline_change x where x.task_id = t.id order by x.no limit 1) f on true
$$;

-- Where the programme stands. decided, closed and open add up to families:
-- a case counts as decided when its decision has been carried out, not when it
-- was signed (C7); milestones has the others.
create or replace function programme_report() returns jsonb language plpgsql stable security definer set search_path = hame as $$
declare
    report jsonb;
    -- The families add up whoever asks; what waits is counted as its list would show it, or a count would tell of a
    -- restricted case.
    whole boolean := session_user = 'hame_worker' or has_role('auditor');
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'senior_caseworker', 'auditor') then
        raise exception '% may not read the programme''s figures', session_user using errcode = 'insufficient_privilege';
    end if;
    with cases as (
        select f.case_ref, f.lane, coalesce(r.stage, 'unlisted') as stage, r.rollup, r.signed_on, l.listing_date,
               (select max(o.served_on) from decision_outcome o where o.case_ref = f.case_ref having bool_and(o.served_on is not null)) as served_on,
               exists (select from duplicate_candidate d where f.case_ref in (d.a, d.b) and d.resolved_on is null
                       and (whole or (may_see(d.a) and may_see(d.b)))) as held_back
        from family f left join review r using (case_ref) left join listing l using (case_ref)),
    dues as (
        select t.*, exists (select from rung x where x.task_id = t.id and x.kind = 'due' and x.effect in ('lapse', 'search_appeal')) as lapsed,
               exists (select from rung x where x.task_id = t.id and x.kind = 'due' and x.effect not in ('lapse', 'search_appeal')
                       and (x.on_at at time zone 'Europe/London')::date > t.due_on) as passed,
               exists (select from rung x where x.task_id = t.id and x.kind = 'reminder') as was_reminded,
               exists (select from rung x where x.task_id = t.id and x.kind = 'escalation') as was_escalated
        from task t)
    select jsonb_build_object(
        'at', business_now(), 'synthetic', (select synthetic from programme),
        'families', (select count(*) from cases), 'people', (select count(*) from person),
        'decided', (select count(*) from cases where stage = 'closed' and rollup is not null),
        'closed', (select count(*) from cases where stage = 'closed' and rollup is null),
        'open', (select count(*) from cases where stage <> 'closed'),
        'decided_by_outcome', (select coalesce(jsonb_object_agg(rollup, n), '{}') from (
            select rollup, count(*) as n from cases where stage = 'closed' and rollup is not null group by 1) x),
        'open_by_stage', (select coalesce(jsonb_object_agg(stage, n), '{}') from (
            select stage, count(*) as n from cases where stage <> 'closed' group by 1) x),
        'held_back_as_duplicates', (select count(*) from cases where stage = 'unlisted' and held_back),
        'held_as_duplicates', (select count(distinct h.case_ref) from hold h join cases c using (case_ref)
            where h.ground = 'duplicate' and h.ended_on is null and (whole or (may_see(h.case_ref) and may_see(h.same_as)))),
        'duplicates', (select jsonb_build_object('unresolved', count(*), 'escalated', count(*) filter (where due_on < business_today()))
            from (select a, b, min(due_on) as due_on from duplicate_candidate where resolved_on is null and (whole or (may_see(a) and may_see(b))) group by a, b) x),
        'post', (select jsonb_build_object(
            'unlinked', count(*) filter (where case_ref is null), 'oldest_unlinked', min(received_on) filter (where case_ref is null),
            'unread', count(*) filter (where case_ref is not null), 'oldest_unread', min(received_on) filter (where case_ref is not null),
            'escalated', count(*) filter (where wait_until < business_today()))
            from post_item where dismissed_on is null and read_on is null and (whole or case_ref is null or may_see(case_ref))),
        'milestones', (select jsonb_build_object('signed', count(*) filter (where signed_on is not null),
            'served', count(*) filter (where served_on is not null),
            'carried_out', count(*) filter (where stage = 'closed' and rollup is not null)) from cases),
        'people_by_outcome', (select coalesce(jsonb_object_agg(outcome, n), '{}') from (
            select outcome, count(*) as n from decision_outcome group by 1) x),
        'deadlines', (select jsonb_build_object(
            'set', count(*), 'kept', count(*) filter (where closed_at is not null and coalesce(attested_on <= due_on, attested_on is not null)),
            -- What was stopped or extended since its day had passed has not been missed yet. figures() counts alike.
            'missed', count(*) filter (where not lapsed and case when attested_on is not null then attested_on > due_on else passed end),
            'windows_ended', count(*) filter (where lapsed), 'reminded', count(*) filter (where was_reminded),
            'escalated', count(*) filter (where was_escalated)) from dues),
        'days_listing_to_service', (select jsonb_build_object('cases', count(*),
            'median', percentile_disc(0.5) within group (order by served_on - listing_date),
            'p90', percentile_disc(0.9) within group (order by served_on - listing_date),
            'longest', max(served_on - listing_date)) from cases where served_on is not null),
        'acts', (select coalesce(jsonb_object_agg(x.became, x.n), '{}') from (
            select coalesce(o.outcome, 'undelivered') as became, count(*) as n
            from command c left join command_outcome o on o.command_id = c.id group by 1) x),
        'lanes', (select coalesce(jsonb_agg(to_jsonb(b)), '[]') from backlog_lane b))
    into report;
    return report;
end $$;

-- The figures at an instant, for each group of cases by lane, council and stage as
-- they then were, and for all of them. unlisted, under_review, decided, resolved
-- and closed add up to families. Nothing recorded later counts, whatever day is
-- attested for it.
create or replace function figures(as_of timestamptz, by_lane boolean, by_council boolean, by_stage boolean) returns jsonb
language plpgsql stable security definer set search_path = hame as $$
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'senior_caseworker', 'auditor') then
        raise exception '% may not read the programme''s figures', session_user using errcode = 'insufficient_privilege';
    end if;
    return (with was as (
        select distinct on (w.case_ref) w.case_ref, w.lane, w.council from family_was w where w.until > as_of order by w.case_ref, w.until),
    cases as (
        select f.case_ref, coalesce(l.lane, w.lane, f.lane) as lane, coalesce(w.council, f.council) as council, f.imported_at, l.drawn_at,
               d.signed_at, case when r.closed_at <= as_of then r.closed_at end as closed_at,
               case when l.case_ref is null then 'unlisted' when r.closed_at <= as_of then 'closed'
                    else coalesce((select e.stage from stage_entry e where e.case_ref = f.case_ref and e.opened_at <= as_of
                                     and (e.closed_at is null or e.closed_at > as_of)
                                   order by array_position(array['listed', 'evidence', 'welfare', 'representation', 'decision', 'service'], e.stage) limit 1), 'listed')
               end as stage
        from family f
        left join was w using (case_ref)
        left join listing l on l.case_ref = f.case_ref and l.drawn_at <= as_of
        left join review r on r.case_ref = f.case_ref and r.opened_at <= as_of
        left join decision d on d.case_ref = f.case_ref and d.signed_at <= as_of
        where f.imported_at <= as_of),
    timed as (
        select c.*, case when by_lane then c.lane else '' end as g_lane, case when by_council then c.council else '' end as g_council,
               case when by_stage then c.stage else '' end as g_stage,
               extract(day from signed_at - imported_at)::int as to_decision,
               case when signed_at is not null then extract(day from closed_at - imported_at)::int end as to_resolution,
               case when signed_at is null and closed_at is null then extract(day from as_of - imported_at)::int end as without_decision,
               case when closed_at is null then extract(day from as_of - imported_at)::int end as without_resolution
        from cases c),
    -- The last day that each deadline was known to have then, if it ever changed.
    moved as (
        select d.task_id, bool_or(d.at <= as_of) as changed, (array_agg(d.new_due order by d.no desc) filter (where d.at <= as_of))[1] as known,
               (array_agg(d.old_due order by d.no))[1] as first
        from deadline_change d group by d.task_id),
    missed as (
        select t.g_lane, t.g_council, t.g_stage, k.owed_by, count(*) as n
        from task k join timed t using (case_ref) left join moved v on v.task_id = k.id
        cross join lateral (select case when v.task_id is null then k.due_on when v.changed then v.known else v.first end as due) u
        where k.opened_at <= as_of
          and not exists (select from rung x where x.task_id = k.id and x.kind = 'due' and x.acted_at <= as_of and x.effect in ('lapse', 'search_appeal'))
          and case when k.attested_on is not null and coalesce(k.answered_at, k.closed_at) <= as_of then k.attested_on > u.due
                   else exists (select from rung x where x.task_id = k.id and x.kind = 'due' and x.acted_at <= as_of
                                and (x.on_at at time zone 'Europe/London')::date > u.due) end
        group by grouping sets ((t.g_lane, t.g_council, t.g_stage, k.owed_by), (k.owed_by))),
    groups as (
        select grouping(g_lane) = 1 as total, g_lane, g_council, g_stage, count(*) as families,
            count(*) filter (where stage = 'unlisted') as unlisted,
            count(*) filter (where stage not in ('unlisted', 'closed') and signed_at is null) as under_review,
            count(*) filter (where stage <> 'closed' and signed_at is not null) as decided,
            count(*) filter (where stage = 'closed' and signed_at is not null) as resolved,
            count(*) filter (where stage = 'closed' and signed_at is null) as closed,
            jsonb_build_object('cases', count(to_decision), 'median', percentile_disc(0.5) within group (order by to_decision),
                'p90', percentile_disc(0.9) within group (order by to_decision), 'longest', max(to_decision)) as first_decision,
            jsonb_build_object('cases', count(to_resolution), 'median', percentile_disc(0.5) within group (order by to_resolution),
                'p90', percentile_disc(0.9) within group (order by to_resolution), 'longest', max(to_resolution)) as final_resolution,
            jsonb_build_object('cases', count(without_decision), 'median', percentile_disc(0.5) within group (order by without_decision),
                'p90', percentile_disc(0.9) within group (order by without_decision), 'longest', max(without_decision)) as without_decision,
            jsonb_build_object('cases', count(without_resolution), 'median', percentile_disc(0.5) within group (order by without_resolution),
                'p90', percentile_disc(0.9) within group (order by without_resolution), 'longest', max(without_resolution)) as without_resolution
        from timed group by grouping sets ((g_lane, g_council, g_stage), ()))
    select jsonb_build_object('as_of', as_of, 'synthetic', (select synthetic from programme),
        'groups', (select jsonb_agg(jsonb_build_object('total', g.total, 'lane', coalesce(g.g_lane, ''), 'council', coalesce(g.g_council, ''), 'stage', coalesce(g.g_stage, ''),
                'families', g.families, 'unlisted', g.unlisted, 'under_review', g.under_review, 'decided', g.decided, 'resolved', g.resolved, 'closed', g.closed,
                'first_decision', g.first_decision, 'final_resolution', g.final_resolution,
                'without_decision', g.without_decision, 'without_resolution', g.without_resolution,
                'missed', (select coalesce(jsonb_object_agg(m.owed_by, m.n), '{}') from missed m
                           where m.g_lane is not distinct from g.g_lane and m.g_council is not distinct from g.g_council and m.g_stage is not distinct from g.g_stage))
                order by g.total desc, g.g_lane, g.g_council, array_position(array['unlisted', 'listed', 'evidence', 'welfare', 'representation', 'decision', 'service', 'closed'], g.g_stage))
            from groups g),
        'lanes', (select coalesce(jsonb_agg(jsonb_build_object('lane', b.lane, 'waiting', (select count(*) from cases c where c.lane = b.lane and c.stage = 'unlisted'),
                'capacity', (select (c.fields->>'capacity')::int from command c join command_outcome o on o.command_id = c.id
                             where c.lane = b.lane and c.kind in ('backlog.start', 'backlog.capacity') and o.outcome = 'accepted' and o.business_at <= as_of
                             order by o.business_at desc, c.chain_n desc limit 1),
                'paused', (select c.kind = 'backlog.pause' from command c join command_outcome o on o.command_id = c.id
                           where c.lane = b.lane and c.kind in ('backlog.start', 'backlog.pause', 'backlog.resume') and o.outcome = 'accepted' and o.business_at <= as_of
                           order by o.business_at desc, c.chain_n desc limit 1),
                'rule_set', (select s.body from rule_set s where s.use = 'operative' and s.lane = b.lane and s.in_force_from <= (as_of at time zone 'Europe/London')::date
                             order by s.in_force_from desc, s.recorded_at desc limit 1)) order by b.lane), '[]')
            from (select x.lane from backlog_lane x where x.started_at <= as_of) b)));
end $$;
-- +goose StatementEnd
-- The same list as before, with the mark of a day that may still move. A case waits for whoever's last day comes first.
create or replace view case_list with (security_barrier) as
select s.case_ref, coalesce(r.stage, 'unlisted') as stage, s.lane, s.council,
       case when s.inside then coalesce(r.priority, 0) else 0 end as priority,
       coalesce(r.owner, '') as owner, l.listing_date, case when s.inside then r.signed_on end as signed_on,
       case when s.inside then coalesce(r.rollup, '') else '' end as rollup, case when s.inside then r.closed_at end as closed_at,
       coalesce(t.awaiting, case when r.case_ref is null then 'operations' else '' end) as awaiting,
       t.next_at, t.due_on, coalesce(t.overdue, false) as overdue, coalesce(t.escalated, false) as escalated,
       s.inside and exists (select from hold h where h.case_ref = s.case_ref and h.ended_on is null) as held,
       case when s.inside then coalesce(r.stuck, '') else '' end as stuck,
       coalesce(t.provisional, false) as provisional
from (select x.case_ref, x.lane, x.council, x.sight, x.sight in ('file', 'no_text') as inside from case_sight x where x.sight is not null) s
left join listing l using (case_ref)
left join review r using (case_ref)
left join lateral (
    select o.awaiting, o.next_at, o.due_on, o.provisional, bool_or(o.overdue) over () as overdue, bool_or(o.escalated) over () as escalated
    from task o where o.case_ref = s.case_ref and o.closed_at is null
      and (s.inside or (s.sight = 'children' and o.stage = 'welfare') or (s.sight = 'summary' and o.stage = 'representation')
           or o.awaiting in (select m.role from my_roles() m))
    order by o.due_on nulls last, o.next_at, o.id limit 1) t on true;

create trigger stamp_calendar before insert on task for each row execute function stamp_calendar();

-- +goose Down
