-- +goose Up
-- Versions of the published holidays, and which of them came into force when.

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

-- The last application is in force. An older version can be put in force again.
create table calendar_application (
    no          bigint generated always as identity primary key,
    version     text not null references calendar_version,
    replaced    text references calendar_version,
    reason      text not null,
    command_id  uuid unique references command,   -- null for the version that a database begins with
    applied_at  timestamptz not null,
    -- When every running deadline that depends on a changed day had been moved.
    finished_at timestamptz,
    -- How often all its cases were gone through, and the first of those that could not be moved in the last pass.
    passes      int    not null default 0,
    failed      text[] not null default '{}',
    -- Operations asked for another pass at once.
    asked_again boolean not null default false
);

-- What an application changed: the days that became holidays or ceased to be. Of a year that was published, or is no
-- longer, its first day.
create table calendar_change (
    application bigint not null references calendar_application,
    division    text not null,
    day         date not null,
    change      text not null check (change in ('added', 'removed', 'published', 'unpublished')),
    primary key (application, division, day, change)
);

-- A change of a case keeps this gate open, by a lock, until the change is done. A change of calendar waits until no
-- change of a case is under way. No login reaches the gate but through functions. A backup, which reads it, waits for
-- nothing.
create table calendar_gate ();
