-- +goose Up
-- The programme, its rule sets, its staff, and what the rules in the code say of both.
-- Business instants and attested days are columns of their own; recorded_at says when a row was written.

create table programme (
    only_one           boolean primary key default true check (only_one),
    synthetic          boolean not null default false,
    -- Where a rehearsed programme was put. A real programme has none: its now is the wall clock's.
    business_now       timestamptz check (business_now is null or synthetic),
    -- When it was put there. A synthetic programme's now goes on from there, as the clocks of its reviews do.
    business_now_since timestamptz,
    -- Keys the draw of grants for a second officer, so that no author can foresee it.
    sampling_key       text not null default gen_random_uuid()::text || gen_random_uuid()::text
);
insert into programme default values;

create table rule_set (
    hash          text primary key,
    id            text not null,
    use           text not null check (use in ('operative', 'comparison')),
    lane          text check (lane in ('legacy', 'fast-track')),
    in_force_from date not null,
    body          text not null,
    recorded_at   timestamptz not null default clock_timestamp(),
    unique (hash, use)
);

-- The logins that the administrator has added. A login belongs to one person for good.
create table staff_member (
    login    text primary key,
    person   text not null,
    added_by text not null default session_user,
    added_at timestamptz not null default clock_timestamp()
);

-- One row a grant of a role.
create table staff (
    id          bigint generated always as identity primary key,
    login       text not null,
    -- Four eyes compare persons: two logins of one person are one pair of eyes.
    person      text not null,
    role        text not null check (role in ('caseworker', 'senior_caseworker', 'lead_professional', 'welfare_lead',
                    'representation_drafter', 'private_office', 'minister', 'decision_maker', 'second_officer',
                    'operations', 'auditor')),
    -- Hame is for the backlog of Scotland.
    council     text check (council ^@ 'S12') check ((council is not null) =
        (role in ('lead_professional', 'welfare_lead'))),
    valid_from  date not null default current_date,
    valid_to    date,
    granted_by  text not null default session_user check (granted_by <> login),
    -- Nobody grants a role to themselves, under any login.
    granted_by_person text constraint nobody_grants_to_themselves check (granted_by_person <> person),
    -- A revocation holds at once, also for a role that was granted today.
    revoked_at  timestamptz,
    revoked_by  text,
    recorded_at timestamptz not null default clock_timestamp()
);
create index on staff (login);

-- Every change of the staff list.
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

-- Which role may do which act, which acts are filed with a closed case, and which are attested for a day. Set-up writes
-- it from the rules in the code.
create table act_role (
    act     text    not null,
    role    text    not null,
    council boolean not null,
    -- What the act can be about: a case, a lane, or the office that does it.
    about   text[] not null check (about <@ array['case', 'lane', 'mailroom', 'calendar'] and about <> '{}'),
    filed   boolean not null default false,
    takes_day boolean not null default false,
    primary key (act, role)
);

-- Whose service each role belongs to. Set-up writes it from the rules in the code.
create table role_house (
    role  text primary key,
    house text not null
);

-- Which clocks a hold stops. Set-up writes it from the rules in the code.
create table ground_stops (
    ground text not null,
    kind   text not null,
    primary key (ground, kind)
);

-- What each role sees of a case.
create table case_role (
    role text primary key,
    sees text not null check (sees in ('file', 'no_text', 'children', 'summary'))
);
insert into case_role values
    ('caseworker', 'file'), ('senior_caseworker', 'file'), ('decision_maker', 'file'), ('second_officer', 'file'),
    ('auditor', 'file'),
    ('operations', 'no_text'),
    ('welfare_lead', 'children'), ('lead_professional', 'children'),
    ('representation_drafter', 'summary'), ('private_office', 'summary'), ('minister', 'summary');

-- The fingerprint of the functions, views, triggers and privileges that set-up last made.
create table defined (
    only_one boolean primary key default true check (only_one),
    digest   text not null
);
