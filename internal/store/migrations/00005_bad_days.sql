-- +goose Up
-- What a working day and a bad day need beside the straight path: the mailroom,
-- letters that go astray, facts that were wrong, flags and holds, duplicates.

-- Acts of the mailroom on items of which no case is known stand in a chain of their own.
alter table command add column office text check (office = 'mailroom');
alter table command drop constraint command_check;
alter table command add constraint command_is_about_one_thing check (num_nonnulls(case_ref, lane, office) = 1);

-- Which acts are filed with a closed case: written by setup, like the roles.
alter table act_role add column filed boolean not null default false;

-- Nothing wrote to it before the mailroom opened.
drop table post_item;
create table post_item (
    no          bigint generated always as identity primary key,
    from_kind   text not null,
    received_on date not null,
    -- The last day on which the expiries of the families it may belong to wait for it (C1).
    wait_until  date not null check (wait_until between received_on and received_on + 31),
    -- What stands on it, by which families are suggested.
    said_reference      text not null default '',
    said_name           text not null default '',
    said_representative text not null default '',
    case_ref    text references family,
    linked_on   date,
    read_on     date,
    dismissed_on  date,
    dismissed_why text,
    command_id  uuid not null unique references command,
    check ((case_ref is null) = (linked_on is null)),
    constraint read_after_linked check (read_on is null or case_ref is not null),
    constraint dismissed_or_linked check (dismissed_on is null or case_ref is null)
);
create index on post_item (case_ref);
create index post_waiting on post_item (no) where read_on is null and dismissed_on is null;
create table post_suggestion (
    item     bigint not null references post_item,
    case_ref text not null references family,
    why      text not null check (why in ('reference', 'name', 'representative')),
    primary key (item, case_ref)
);
create index on post_suggestion (case_ref);
create index person_by_name_words on person using gin (string_to_array(name_key, ' '));
create index family_by_representative on family (lower(representative)) where representative <> '';

alter table letter_sent add column delivered_on date, add column returned_on date, add column returned_why text,
    add constraint delivered_or_returned check (delivered_on is null or returned_on is null);
-- Whether the family's names may stand in what the minister's office reads.
alter table contact add column names text check (names in ('agreed', 'withdrawn'));
alter table welfare_check add column returned_on date, add column returned_by text;
alter table representation add column letter text, add column returned_on date, add column returned_by text,
    -- A wet signature: whose it is stands in signer, who recorded it here.
    add column signed_on date, add column signature_recorded_by text, add column document text;
alter table decision_outcome add column appeal_on date;
alter table duplicate_candidate add column due_on date, add column resolution text check (resolution in ('same', 'different')),
    add column resolved_by text;

create table correction (
    case_ref     text not null references family,
    no           int  not null,
    person_no    int  not null,   -- 0 for the family
    field        text not null,
    old_value    text,            -- null once erased
    new_value    text,
    reason       text not null,
    source       text not null,
    corrected_on date not null,
    command_id   uuid not null unique,
    primary key (case_ref, no)
);

create table import_difference (
    case_ref   text not null references family,
    no         int  not null,
    batch      uuid not null references import_batch,
    person_no  int  not null,   -- 0 for the family
    field      text not null,
    old_value  text not null,
    new_value  text not null,
    found_on   date not null,
    finding    text check (finding in ('accepted', 'rejected', 'closed')),
    command_id uuid,
    primary key (case_ref, no)
);
create index open_differences on import_difference (case_ref) where finding is null;

-- Who asked that a flag be set or cleared which takes two officers, and who was the second.
create table flag_request (
    id         bigint generated always as identity primary key,
    case_ref   text not null,
    person_no  int  not null,
    flag       text not null,
    wanted     text not null check (wanted in ('on', 'off')),
    first_by   text not null,
    asked_on   date not null,
    second_by  text,
    settled_on date,
    result     text check (result in ('done', 'refused')),
    command_id uuid not null,
    foreign key (case_ref, person_no) references person,
    check ((settled_on is null) = (result is null) and (settled_on is null) = (second_by is null)),
    constraint flag_four_eyes check (result <> 'done' or second_by <> first_by)
);
create unique index one_open_flag_request on flag_request (case_ref, person_no, flag) where settled_on is null;

-- A hold has an owner, the senior caseworker, and a date; the second file of a
-- family that stands twice is held before any review of it is open.
alter table hold drop constraint hold_pkey, drop constraint hold_case_ref_fkey, drop constraint hold_ground_check;
alter table hold add column id bigint generated always as identity primary key,
    add column review_on date, add column same_as text references family,
    add foreign key (case_ref) references family,
    add check (ground in ('age_dispute', 'child_protection', 'court', 'duplicate')),
    add check ((ground = 'duplicate') = (same_as is not null));
create unique index one_open_hold on hold (case_ref, person_no, ground) where ended_on is null;

-- +goose StatementBegin
create or replace function chain_content(c command) returns text language sql stable as $$
    select concat_ws('|', 'command', c.id, c.case_ref, c.lane, c.office, c.kind, c.subject_no, to_char(c.attested_on, 'YYYY-MM-DD'), c.fields,
        encode(c.text_digest, 'hex'), c.login, c.person, to_char(c.recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;

-- What a command's chain is about.
create function chain_subject(c command) returns text language sql immutable as $$
    select coalesce(c.case_ref, c.lane, c.office)
$$;

create or replace function stamp_outcome() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    new.recorded_at := clock_timestamp();
    select a.n, a.hash into new.chain_n, new.chain_hash
        from chain_append((select chain_subject(c) from command c where c.id = new.command_id), chain_content(new)) a;
    return new;
end $$;

create function business_today() returns date language sql stable security definer set search_path = hame as $$
    select (business_now() at time zone 'Europe/London')::date
$$;

-- public_harm is set and cleared by two, whatever wrote the row (process.md, Four eyes): by the two who asked for it
-- last, for what was asked once and undone since is no leave; and a confirmed one is not made an allegation again.
create function public_harm_takes_two() returns trigger language plpgsql as $$
begin
    if new.flag = 'public_harm'
       and (case tg_op when 'INSERT' then new.state <> 'alleged'
                       else old.state <> new.state and (new.state <> 'alleged' or old.state = 'confirmed') end)
       and coalesce((select r.wanted from flag_request r where r.case_ref = new.case_ref and r.person_no = new.no and r.flag = new.flag
                       and r.result = 'done' order by r.id desc limit 1), 'none')
           <> (case new.state when 'off' then 'off' when 'confirmed' then 'on' else 'by nobody' end) then
        raise exception 'public_harm takes two officers' using errcode = 'check_violation', constraint = 'flag_four_eyes';
    end if;
    return new;
end $$;

-- An act of the mailroom or on the record, done by the one who typed it, in the transaction that records it.
create function own_command(in_id uuid, in_kind text) returns command language plpgsql stable security definer set search_path = hame as $$
declare
    found_command command;
begin
    select c.* into found_command from command c
        where c.id = in_id and c.kind = in_kind and c.login = session_user
          and not exists (select from command_outcome o where o.command_id = c.id);
    if found_command.id is null then
        raise exception 'no such act of yours waits to be done' using errcode = 'insufficient_privilege';
    end if;
    return found_command;
end $$;

create function accept_command(in_id uuid) returns void language sql security definer set search_path = hame as $$
    insert into command_outcome (command_id, outcome, business_at) values (in_id, 'accepted', business_now())
$$;

-- Records an item of which no case is known, and suggests families: by reference, else by name, else by representative.
create function receive_post(in_command uuid, in_wait_until date, in_reference text, in_name text, in_representative text)
returns bigint language plpgsql security definer set search_path = hame as $$
declare
    c command := own_command(in_command, 'post.receive');
    item_no bigint;
begin
    if c.office is null then
        raise exception 'this act belongs to a case' using errcode = 'insufficient_privilege';
    end if;
    insert into post_item (from_kind, received_on, wait_until, said_reference, said_name, said_representative, command_id)
        values (c.fields->>'from', c.attested_on, in_wait_until, in_reference, in_name, in_representative, c.id) returning no into item_no;
    insert into post_suggestion
        select item_no, x.case_ref, 'reference' from (
            select p.case_ref from person p where in_reference <> '' and p.home_office_ref = in_reference
            union select f.case_ref from family f where f.case_ref = in_reference) x;
    if not found and in_name <> '' then
        insert into post_suggestion
            select distinct item_no, p.case_ref, 'name' from person p join family f using (case_ref)
            where string_to_array(p.name_key, ' ') @> string_to_array(in_name, ' ')
              and (in_representative = '' or lower(f.representative) in ('', lower(in_representative)))
            order by p.case_ref limit 20;
    end if;
    if in_representative <> '' and not exists (select from post_suggestion s where s.item = item_no) then
        insert into post_suggestion
            select item_no, f.case_ref, 'representative' from family f
            where f.representative <> '' and lower(f.representative) = lower(in_representative)
              and not exists (select from review r where r.case_ref = f.case_ref and r.stage = 'closed')
            order by f.case_ref limit 20;
    end if;
    perform accept_command(c.id);
    return item_no;
end $$;

create function dismiss_post(in_command uuid) returns void language plpgsql security definer set search_path = hame as $$
declare
    c command := own_command(in_command, 'post.dismiss');
begin
    update post_item set dismissed_on = c.attested_on, dismissed_why = c.fields->>'reason'
        where no = (c.fields->>'item')::bigint and case_ref is null and dismissed_on is null and c.office is not null;
    if not found then
        raise exception 'no unlinked item has this number' using errcode = 'check_violation', constraint = 'no_such_item';
    end if;
    perform accept_command(c.id);
end $$;

-- What arrives for a closed case is kept with it, and a senior caseworker gets a task.
drop function file_command(uuid);
create function file_command(id uuid, due date, next_at timestamptz, wait_until date) returns void
language plpgsql security definer set search_path = hame as $$
declare
    c command;
begin
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
        insert into task (case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, due_on, provisional, opened_at, next_rung, next_no, next_at)
            values (c.case_ref, 'closed.arrival', 0, 'closed', 'senior_caseworker', c.attested_on, 5, 'working', 'england-and-wales',
                    due, false, business_now(), 'due', 0, file_command.next_at)
            on conflict do nothing;
    end if;
end $$;

create function settle_arrival(in_command uuid) returns void language plpgsql security definer set search_path = hame as $$
declare
    c command := own_command(in_command, 'case.arrival');
begin
    if exists (select from post_item i where i.case_ref = c.case_ref and i.read_on is null) then
        raise exception 'an item is unread' using errcode = 'check_violation', constraint = 'read_it_first';
    end if;
    update task set closed_at = business_now(), result = c.fields->>'finding', attested_on = c.attested_on
        where case_ref = c.case_ref and kind = 'closed.arrival' and closed_at is null;
    if not found then
        raise exception 'nothing has arrived' using errcode = 'check_violation', constraint = 'nothing_arrived';
    end if;
    perform accept_command(c.id);
end $$;

-- Says that two files are the same family, or not. Of two that are, the one that is under review stays, else the one
-- with the earlier claim; the other is held, with a date, until files can be merged. Said again of a held one, the hold is
-- reviewed. Returns the held one.
create function resolve_duplicate(in_command uuid, in_review_on date) returns text language plpgsql security definer set search_path = hame as $$
declare
    c command := own_command(in_command, 'duplicate.resolve');
    other text := c.fields->>'other';
    second text;
    first_file text;
begin
    if not may_see(other) then
        raise exception 'no such case' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    update duplicate_candidate set resolved_on = c.attested_on, resolution = c.fields->>'finding', resolved_by = c.person
        where a = least(c.case_ref, other) and b = greatest(c.case_ref, other) and resolved_on is null;
    if not found then
        -- The hold of a second file comes up for review: it is held on, or let go.
        update hold h set review_on = case c.fields->>'finding' when 'same' then in_review_on else h.review_on end,
                          ended_on = case c.fields->>'finding' when 'different' then c.attested_on end
            where h.ground = 'duplicate' and h.ended_on is null
              and ((h.case_ref = c.case_ref and h.same_as = other) or (h.case_ref = other and h.same_as = c.case_ref))
            returning h.case_ref into second;
        if not found then
            raise exception 'not a pair' using errcode = 'check_violation', constraint = 'not_a_candidate';
        end if;
        perform accept_command(c.id);
        return case c.fields->>'finding' when 'same' then second end;
    end if;
    if c.fields->>'finding' = 'same' then
        select f.case_ref into first_file
            from family f left join listing l using (case_ref) join person p on p.case_ref = f.case_ref and p.relationship = 'principal'
            where f.case_ref in (c.case_ref, other)
            order by l.drawn_at nulls last, nullif(p.claim_date, '') nulls last, f.imported_on, f.case_ref limit 1;
        second := case first_file when other then c.case_ref else other end;
        insert into hold (case_ref, person_no, ground, opened_on, review_on, same_as)
            values (second, 0, 'duplicate', c.attested_on, in_review_on, first_file) on conflict do nothing;
    end if;
    perform accept_command(c.id);
    return second;
end $$;

-- A review as the facts have it.
create function review_state(ref text) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'case', r.case_ref, 'lane', r.lane, 'council', f.council, 'rule_set', r.rule_set,
        'drawn_at', l.drawn_at, 'listing_date', l.listing_date, 'stage', r.stage, 'revision', r.revision,
        'ready', r.owner is not null and r.reconciled_on is not null and r.triaged_on is not null,
        'signed', r.signed_on is not null, 'stuck', r.stuck, 'recovered', r.recovered,
        'held', exists (select from hold h where h.case_ref = r.case_ref and h.ended_on is null),
        'opened', (select jsonb_agg(e.stage) from stage_entry e where e.case_ref = r.case_ref),
        'tasks', (select jsonb_agg(jsonb_build_object(
                'kind', t.kind, 'subject', t.subject, 'stage', t.stage, 'awaiting', t.awaiting, 'due_on', t.due_on,
                'next', jsonb_build_object('kind', t.next_rung, 'no', t.next_no, 'at', t.next_at),
                'overdue', t.overdue, 'escalated', t.escalated, 'provisional', t.provisional) order by t.id)
            from task t where t.case_ref = r.case_ref and t.closed_at is null))
    from review r join listing l using (case_ref) join family f using (case_ref)
    where r.case_ref = ref
$$;

-- The same for operations, who restart a review from it.
create function recorded_review(ref text) returns jsonb language plpgsql stable security definer set search_path = hame as $$
begin
    if not has_role('operations') or not may_see(ref) then
        return null;
    end if;
    return review_state(ref);
end $$;

-- The unlisted families of a lane that may be drawn, as the order of listing looks at them.
create function waiting_families(in_lane text) returns table (case_ref text, family_key text, imported_on date, supported boolean,
    arrived_on text, claim_date text, harm boolean, illness boolean, births text[]) language sql stable as $$
    select f.case_ref, f.family_key, f.imported_on, f.support <> 'none', h.arrived_on, h.claim_date,
        exists (select from person_flag x where x.case_ref = f.case_ref and x.flag = 'public_harm' and x.state <> 'off'),
        exists (select from person_flag x where x.case_ref = f.case_ref and x.flag = 'serious_illness' and x.state <> 'off'),
        coalesce((select array_agg(p.date_of_birth order by p.no) from person p where p.case_ref = f.case_ref
                  and p.relationship not in ('principal', 'spouse', 'partner')), '{}')
    from family f join person h on h.case_ref = f.case_ref and h.relationship = 'principal'
    where f.lane = in_lane
      and not exists (select from listing l where l.case_ref = f.case_ref)
      and not exists (select from duplicate_candidate d where f.case_ref in (d.a, d.b) and d.resolved_on is null)
      and not exists (select from hold o where o.case_ref = f.case_ref and o.ground = 'duplicate' and o.ended_on is null)
    order by f.case_ref
$$;

-- The same for backlog order.
create function waiting_order(in_lane text) returns table (case_ref text, family_key text, imported_on date, supported boolean,
    arrived_on text, claim_date text, harm boolean, illness boolean, births text[], rule_set text) language plpgsql stable security definer set search_path = hame as $$
begin
    if not has_role('operations', 'senior_caseworker', 'auditor') then
        raise exception '% may not read the order of listing', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
    select w.*, (select r.body from rule_set r where r.use = 'operative' and r.lane = in_lane and r.in_force_from <= business_today()
                 order by r.in_force_from desc, r.recorded_at desc limit 1)
    from waiting_families(in_lane) w where may_see(w.case_ref);
end $$;

drop function import_merge(uuid, text, boolean, date);
-- Merges what the session has staged under a batch, in the caller's transaction.
create function import_merge(in_batch uuid, in_file_digest text, in_synthetic boolean, in_imported_on date, in_duplicates_due date,
        in_person_facts text[], in_family_facts text[], out created int, out unchanged int, out changed int, out kept_back int, out kept_refs text[])
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
           array_agg(s.case_ref) filter (where f.digest <> s.digest and r.case_ref is not null and may_see(s.case_ref)),
           count(*) filter (where f.case_ref is null),
           coalesce(sum(jsonb_array_length(s.family->'people')), 0)
        into unchanged, changed, kept_back, kept_refs, created, people
        from import_staging s left join family f using (case_ref) left join listing r using (case_ref)
        where s.batch = in_batch and s.login = session_user;
    insert into import_batch (id, file_digest, person, families, people, created, unchanged, changed, kept_back)
        values (in_batch, in_file_digest, my_person(), created + unchanged + changed + kept_back, people, created, unchanged, changed, kept_back);

    -- What has changed under an open review is left alone, and each difference is kept for a caseworker to accept or
    -- reject. One that was found before, whatever became of it, is not asked again.
    insert into import_difference (case_ref, no, batch, person_no, field, old_value, new_value, found_on)
    select d.case_ref, coalesce((select max(x.no) from import_difference x where x.case_ref = d.case_ref), 0)
               + row_number() over (partition by d.case_ref order by d.person_no, d.field, d.new_value),
           in_batch, d.person_no, d.field, d.old_value, d.new_value, in_imported_on
    from (
        with kept as (
            select s.case_ref, s.family from import_staging s join family f using (case_ref) join listing l using (case_ref)
            where s.batch = in_batch and s.login = session_user and f.digest <> s.digest),
        members as (
            select k.case_ref, m as member, p.no as no, to_jsonb(p) as person
            from kept k cross join lateral jsonb_array_elements(k.family->'people') m
            left join person p on p.case_ref = k.case_ref and p.person_key = m->>'key')
        select k.case_ref, 0 as person_no, x.field, coalesce(to_jsonb(f)->>x.field, '') as old_value, coalesce(k.family->>x.field, '') as new_value
        from kept k join family f using (case_ref) cross join unnest(in_family_facts || array['council', 'lane']) x (field)
        union all
        select m.case_ref, m.no, x.field, coalesce(m.person->>x.field, ''), coalesce(m.member->>x.field, '')
        from members m cross join unnest(in_person_facts || array['relationship', 'own_claim', 'claim_status', 'claim_status_on', 'last_interview_on']) x (field)
        where m.no is not null
        union all
        select m.case_ref, 0, 'person_added', '', m.member::text from members m where m.no is null
        union all
        select p.case_ref, p.no, 'person_gone', p.person_key, '' from person p join kept k using (case_ref)
        where not exists (select from members m where m.case_ref = p.case_ref and m.no = p.no)
        union all
        select m.case_ref, m.no, 'flag_added', '', g from members m cross join lateral jsonb_array_elements_text(coalesce(m.member->'flags', '[]')) g
        where m.no is not null and not exists (select from person_flag x where x.case_ref = m.case_ref and x.no = m.no and x.flag = g)
        ) d
    where d.old_value <> d.new_value
      and not exists (select from import_difference x where x.case_ref = d.case_ref and x.person_no = d.person_no and x.field = d.field
                      and x.new_value = d.new_value);

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

    insert into duplicate_candidate (a, b, why, due_on)
    select distinct least(n.case_ref, o.case_ref), greatest(n.case_ref, o.case_ref),
           case when n.home_office_ref <> '' and n.home_office_ref = o.home_office_ref then 'home_office_ref' else 'name_and_birth_date' end,
           in_duplicates_due
    from import_staging s join person n on n.case_ref = s.case_ref
    join person o on o.case_ref <> n.case_ref and
        ((n.home_office_ref <> '' and o.home_office_ref = n.home_office_ref)
         or (n.name_key <> '' and o.name_key = n.name_key and n.date_of_birth <> '' and o.date_of_birth = n.date_of_birth))
    where s.batch = in_batch and s.login = session_user
    on conflict do nothing;

    delete from import_staging s where s.batch = in_batch and s.login = session_user;
end $$;
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
               exists (select from rung x where x.task_id = t.id and x.kind = 'due' and x.effect not in ('lapse', 'search_appeal')) as passed,
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
            'set', count(*), 'kept', count(*) filter (where closed_at is not null and attested_on <= due_on),
            'missed', count(*) filter (where passed and not coalesce(attested_on <= due_on, false)),
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
-- +goose StatementEnd
create trigger public_harm before insert or update on person_flag for each row execute function public_harm_takes_two();

-- +goose Down
