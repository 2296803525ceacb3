-- +goose Up
-- What people did, as they did it: insert-only, stamped by the database with
-- who, and chained by hash per case.

create table chain_head (
    subject text primary key,   -- a case reference, or a lane
    n       int   not null,
    hash    bytea not null
);

create table command (
    id          uuid primary key,
    case_ref    text references family,
    lane        text,
    kind        text not null,
    subject_no  int  not null default 0,
    attested_on date not null,
    fields      jsonb not null default '{}',
    -- sha256 of salt and free text, so that a text can be erased under the chain.
    text_digest bytea,
    login       text not null,
    person      text not null,
    recorded_at timestamptz not null,
    chain_n     int   not null,
    chain_hash  bytea not null,
    check ((case_ref is null) <> (lane is null))
);
create index on command (case_ref);

create table command_text (
    command_id uuid primary key references command,
    salt       bytea not null,
    body       text
);

create table command_outcome (
    command_id  uuid primary key references command,
    outcome     text not null check (outcome in ('accepted', 'refused', 'filed', 'expired')),
    code        text not null default '',
    detail      jsonb not null default '{}',
    revision    int  not null default 0,
    business_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    chain_n     int   not null,
    chain_hash  bytea not null
);

create table case_read (
    id       bigint generated always as identity primary key,
    case_ref text not null,
    login    text not null,
    person   text not null,
    what     text not null,
    read_at  timestamptz not null default clock_timestamp()
);
create index on case_read (case_ref);

-- +goose StatementBegin
create function chain_append(in about text, in content text, out n int, out hash bytea) language plpgsql as $$
begin
    -- The lock comes before the read of the last link, or two links could follow the same one.
    perform pg_advisory_xact_lock(hashtextextended('hame.chain.' || about, 0));
    select h.n + 1, sha256(h.hash || convert_to(content, 'UTF8')) into n, hash from chain_head h where h.subject = about;
    if n is null then
        n := 1;
        hash := sha256(convert_to(about || content, 'UTF8'));
        insert into chain_head values (about, n, hash);
    else
        update chain_head h set n = chain_append.n, hash = chain_append.hash where h.subject = about;
    end if;
end $$;

create function chain_content(c command) returns text language sql stable as $$
    select concat_ws('|', 'command', c.id, c.case_ref, c.lane, c.kind, c.subject_no, to_char(c.attested_on, 'YYYY-MM-DD'), c.fields,
        encode(c.text_digest, 'hex'), c.login, c.person, to_char(c.recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;

create function chain_content(o command_outcome) returns text language sql stable as $$
    select concat_ws('|', 'outcome', o.command_id, o.outcome, o.code, o.detail, o.revision,
        to_char(o.business_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
        to_char(o.recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;

-- Whether the session's login holds one of the roles now. Superusers hold none.
create function has_role(variadic roles text[]) returns boolean language sql stable security definer set search_path = hame as $$
    select exists (select from staff s where s.login = session_user and s.role = any (roles)
        and current_date >= s.valid_from and (s.valid_to is null or current_date <= s.valid_to))
        and not (select rolsuper from pg_roles where rolname = session_user)
$$;

create function my_person() returns text language sql stable security definer set search_path = hame as $$
    select person from staff where login = session_user
        and current_date >= valid_from and (valid_to is null or current_date <= valid_to) limit 1
$$;

-- Whether the session's login may see a case at all. A restricted case is for
-- the senior caseworker, the auditor and those named on it.
create function may_see(ref text) returns boolean language sql stable security definer set search_path = hame as $$
    select exists (select from family f left join review r using (case_ref) where f.case_ref = ref
        and (not f.restricted or has_role('senior_caseworker', 'auditor') or r.owner = my_person()
             or exists (select from officer o where o.case_ref = ref and o.person = my_person())
             or exists (select from welfare_check w where w.case_ref = ref and w.assigned_to = my_person()))
        and (has_role('caseworker', 'senior_caseworker', 'decision_maker', 'second_officer', 'operations', 'auditor',
                      'representation_drafter', 'private_office', 'minister')
             or exists (select from staff s where s.login = session_user and s.council = f.council
                        and current_date >= s.valid_from and (s.valid_to is null or current_date <= s.valid_to))))
$$;

create function stamp_command() returns trigger language plpgsql security definer set search_path = hame as $$
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
    if not exists (select from act_role a join staff s on s.role = a.role
                   where a.act = new.kind and s.login = session_user
                     and current_date >= s.valid_from and (s.valid_to is null or current_date <= s.valid_to)
                     and (not a.council or s.council = (select council from family f where f.case_ref = new.case_ref))) then
        raise exception '% may not do %', session_user, new.kind using errcode = 'insufficient_privilege';
    end if;
    new.recorded_at := clock_timestamp();
    select a.n, a.hash into new.chain_n, new.chain_hash
        from chain_append(coalesce(new.case_ref, new.lane), chain_content(new)) a;
    return new;
end $$;

create function check_text() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    if not exists (select from command c where c.id = new.command_id and c.login = session_user
                   and c.text_digest = sha256(new.salt || convert_to(new.body, 'UTF8'))) then
        raise exception 'the text does not belong to this command' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create function stamp_outcome() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    new.recorded_at := clock_timestamp();
    select a.n, a.hash into new.chain_n, new.chain_hash
        from chain_append((select coalesce(c.case_ref, c.lane) from command c where c.id = new.command_id), chain_content(new)) a;
    return new;
end $$;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is insert-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

-- A refusal that came before anything was written to history is recorded by the one who was refused.
create function record_refusal(id uuid, code text, detail jsonb) returns void language plpgsql security definer set search_path = hame as $$
begin
    insert into command_outcome (command_id, outcome, code, detail)
    select c.id, 'refused', record_refusal.code, record_refusal.detail from command c
    where c.id = record_refusal.id and c.login = session_user
    on conflict do nothing;
end $$;

-- What arrives for a closed case is kept with it.
create function file_command(id uuid) returns void language plpgsql security definer set search_path = hame as $$
begin
    insert into command_outcome (command_id, outcome, business_at)
    select c.id, 'filed', business_now() from command c join review r using (case_ref)
    where c.id = file_command.id and c.login = session_user and r.stage = 'closed'
      and c.kind in ('evidence.receive', 'representation.receive', 'contact.record')
    on conflict do nothing;
end $$;

-- The links that do not follow from what they stand on, and heads that no link explains.
create function broken_chains() returns table (subject text, n int) language sql stable as $$
    with links as (
        select coalesce(c.case_ref, c.lane) as subject, c.chain_n as n, c.chain_hash as hash, chain_content(c) as content from command c
        union all
        select coalesce(c.case_ref, c.lane), o.chain_n, o.chain_hash, chain_content(o)
        from command_outcome o join command c on c.id = o.command_id),
    followed as (
        select l.*, lag(l.hash) over w as previous, row_number() over w as expected from links l
        window w as (partition by l.subject order by l.n))
    select subject, n from followed
    where n <> expected
       or hash <> sha256(coalesce(previous, convert_to(subject, 'UTF8')) || convert_to(content, 'UTF8'))
    union all
    select coalesce(h.subject, l.subject), coalesce(h.n, l.n)
    from chain_head h full join (select distinct on (subject) * from links order by subject, n desc) l using (subject)
    where h.hash is distinct from l.hash or h.n is distinct from l.n
    union all
    -- A text may be erased, and never altered.
    select coalesce(c.case_ref, c.lane), c.chain_n from command c join command_text t on t.command_id = c.id
    where t.body is not null and c.text_digest is distinct from sha256(t.salt || convert_to(t.body, 'UTF8'))
$$;
-- +goose StatementEnd

create trigger stamp before insert on command for each row execute function stamp_command();
create trigger stamp before insert on command_outcome for each row execute function stamp_outcome();
create trigger belongs before insert on command_text for each row execute function check_text();
create trigger insert_only before update or delete on command for each row execute function refuse_change();
create trigger insert_only before update or delete on command_outcome for each row execute function refuse_change();
create trigger insert_only before update or delete on rung for each row execute function refuse_change();
create trigger insert_only before update or delete on case_read for each row execute function refuse_change();

-- +goose Down
