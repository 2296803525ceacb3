-- +goose Up
-- What people did, as they did it: insert-only, stamped by the database with who, and chained by hash per case.

create table chain_head (
    subject    text primary key,   -- a case reference, a lane, an office, "staff", or "reads of" a case reference
    n          int   not null,
    hash       bytea not null,
    changed_at timestamptz not null default clock_timestamp()
);
create index on chain_head (changed_at);

create table command (
    id          uuid primary key,
    case_ref    text references family,
    lane        text check (lane in ('legacy', 'fast-track')),
    office      text check (office in ('mailroom', 'calendar')),
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
    constraint command_is_about_one_thing check (num_nonnulls(case_ref, lane, office) = 1),
    constraint day_of_this_age check (attested_on between '1900-01-01' and '2199-12-31'),
    constraint fields_are_small check (octet_length(fields::text) <= 65536),
    constraint number_of_a_person_or_item check (subject_no between 0 and 1000000),
    constraint nothing_a_terminal_obeys check (
        fields::text !~ '[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]'
            and fields::text !~ '(^|[^\\])(\\\\)*\\(u00[01]|[bfr])')
);
create index on command (case_ref);

create table command_text (
    command_id uuid primary key references command,
    salt       bytea not null check (octet_length(salt) <= 64),
    body       text,
    constraint text_is_bounded check (octet_length(body) <= 1048576),
    -- A text keeps its lines and tabs. What a terminal would obey, or what turns the direction of writing, it does not.
    constraint text_is_fit_for_a_terminal check (
        body !~ '[\x01-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e]')
);

create table command_outcome (
    command_id  uuid primary key references command,
    outcome     text not null check (outcome in ('accepted', 'refused', 'filed', 'expired')),
    code        text not null default '' check (code ~ '^[a-z_]{0,40}$'),
    detail      jsonb not null default '{}' check (octet_length(detail::text) <= 65536),
    revision    int  not null default 0,
    business_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    chain_n     int   not null,
    chain_hash  bytea not null
);
create index expired_commands on command_outcome (command_id) where outcome = 'expired';

-- Commands that wait for their answer: each has no outcome yet, or a worker is still busy with it. The worker need not
-- look through all that were ever given. The chains, and what verify finds, rest on command and command_outcome alone.
create table undelivered (
    command_id    uuid primary key,
    subject       text not null,   -- of the chain: the case, the lane or the office
    chain_n       int  not null,   -- the acts of a subject are delivered in this order
    kind          text not null,
    login         text not null,
    recorded_at   timestamptz not null,
    -- Until then a worker delivers it. The claim of a worker that died lapses.
    claimed_until timestamptz not null default '-infinity',
    failed        int  not null default 0,   -- how often it could not be delivered
    retry_at      timestamptz not null default '-infinity',
    why           text not null default '' check (why in ('', 'not_running'))   -- what its author can be told of it
);
create index on undelivered (subject, chain_n);

create table case_read (
    id       bigint generated always as identity primary key,
    case_ref text not null,
    login    text not null,
    person   text not null,
    what     text not null,
    read_at  timestamptz not null default clock_timestamp(),
    -- The transaction that recorded it: what is read in the same one could be rolled back with it.
    in_transaction xid8 not null,
    chain_n    int   not null,
    chain_hash bytea not null,
    constraint what_is_read_is_a_word check (what ~ '^[a-z][a-z ._-]{0,40}$')
);
create index on case_read (case_ref, login, read_at);
