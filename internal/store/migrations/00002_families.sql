-- +goose Up
-- Families, their people, and the files that they came in.

create table import_batch (
    id          uuid primary key,
    file_digest text not null,
    person      text not null,
    families    int  not null,
    people      int  not null,
    created     int  not null,
    unchanged   int  not null,
    changed     int  not null,
    kept_back   int  not null,
    recorded_at timestamptz not null default clock_timestamp()
);

-- A file on its way in, a row a family and a row a person. The merge empties both tables. They are unlogged, for a
-- crash rolls back what was staged in any case.
create unlogged table import_staging (
    batch          uuid not null,
    login          text not null default session_user,
    ord            int  not null,   -- the family's place in the file
    case_ref       text not null,
    digest         text not null,
    family_key     text not null,
    lane           text,
    council        text,
    area           text,
    address        text,
    postcode       text,
    phone          text,
    email          text,
    representative text,
    representative_contact text,
    support        text,
    restricted     boolean,
    -- As the reader of backlog files checks: nothing that a terminal would obey, or that turns the direction of
    -- writing.
    constraint nothing_a_terminal_obeys check (
        concat_ws(' ', family_key, area, address, postcode, phone, email, representative, representative_contact)
        !~ '[\x01-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]')
);
create unlogged table import_staging_person (
    batch              uuid not null,
    login              text not null default session_user,
    ord                int  not null,
    no                 int  not null,
    person_key         text,
    relationship       text,
    home_office_ref    text,
    family_name        text,
    given_names        text,
    name_key           text,
    date_of_birth      text,
    sex                text,
    nationality        text,
    birth_country      text,
    born_in_scotland   text,
    arrived_on         text,
    claim_date         text,
    own_claim          boolean,
    claim_status       text,
    claim_status_on    text,
    last_interview_on  text,
    language           text,
    interpreter        text,
    school             text,
    responsible_adult  text,
    flags              text[] not null,
    constraint nothing_a_terminal_obeys check (
        concat_ws(' ', person_key, home_office_ref, family_name, given_names, name_key, birth_country, language,
            interpreter,
            school, responsible_adult) !~ '[\x01-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]')
);

create table family (
    case_ref       text primary key check (case_ref ~ '^[2-9CFGHJKMPQRTVWXY]{3}-[2-9CFGHJKMPQRTVWXY]{4}$'),
    family_key     text not null unique,
    lane           text not null check (lane in ('legacy', 'fast-track')),
    council        text not null,
    area           text not null default '',
    address        text not null default '',
    postcode       text not null default '',
    phone          text not null default '',
    email          text not null default '',
    representative text not null default '',
    representative_contact text not null default '',
    support        text not null,
    restricted     boolean not null default false,
    digest         text not null,
    batch          uuid not null references import_batch,
    -- The business day on which the family first came in: its wait counts from here (R4).
    imported_on    date not null,
    -- The instant of it, for figures at an instant (C5, R7).
    imported_at    timestamptz not null,
    recorded_at    timestamptz not null default clock_timestamp()
);
create index family_by_representative on family (lower(representative)) where representative <> '';

-- Lane and council of an unlisted family as they were before a later import.
create table family_was (
    case_ref text not null references family,
    until    timestamptz not null,
    lane     text not null,
    council  text not null
);
create index on family_was (case_ref, until);

create table person (
    case_ref           text not null references family,
    no                 int  not null check (no >= 1),
    person_key         text not null,
    relationship       text not null,
    home_office_ref    text not null default '',
    family_name        text not null default '',
    given_names        text not null default '',
    name_key           text not null default '',
    date_of_birth      text not null default '',  -- 1998, 1998-03 or 1998-03-05
    sex                text not null,
    nationality        text not null,
    birth_country      text not null default '',
    born_in_scotland   text not null,
    arrived_on         text not null default '',
    claim_date         text not null default '',
    own_claim          boolean not null,
    claim_status       text not null,
    claim_status_on    text not null default '',
    last_interview_on  text not null default '',
    language           text not null default '',
    interpreter        text not null default '',
    school             text not null default '',
    responsible_adult  text not null default '',
    child_when_listed  boolean,
    primary key (case_ref, no),
    unique (case_ref, person_key)
);
create unique index one_principal on person (case_ref) where relationship = 'principal';
create index on person (home_office_ref) where home_office_ref <> '';
create index on person (name_key, date_of_birth) where name_key <> '';
create index person_by_name_words on person using gin (string_to_array(name_key, ' '));

create table person_flag (
    case_ref text not null,
    no       int  not null,
    flag     text not null,
    -- An imported public_harm is an allegation until two officers confirm it.
    state    text not null default 'alleged' check (state in ('alleged', 'confirmed', 'off')),
    primary key (case_ref, no, flag),
    foreign key (case_ref, no) references person
);

create table duplicate_candidate (
    a           text not null references family,
    b           text not null references family,
    why         text not null,
    found_at    timestamptz not null default clock_timestamp(),
    due_on      date,
    resolved_on date,
    resolution  text check (resolution in ('same', 'different')),
    resolved_by text,
    primary key (a, b, why),
    check (a < b)
);
create index on duplicate_candidate (b);
