-- +goose Up
-- What another rule set would say of every family: asked for by somebody who steers the programme, worked out by the
-- worker. Nothing of it stands on any case.

create table what_if (
    no            bigint generated always as identity primary key,
    asked_by      text not null,   -- a login
    rule_set      text not null references rule_set,
    -- The values in place of the set's own parameters, by name.
    params        jsonb not null default '{}',
    -- Null for the set that is in force on each family's lane.
    against       text references rule_set,
    on_day        date not null,
    asked_at      timestamptz not null default clock_timestamp(),
    claimed_until timestamptz not null default '-infinity',
    files         int,             -- how many are looked at, and how many were so far
    done          int not null default 0,
    counts        jsonb,
    failed        text,            -- in words of the program's own
    finished_at   timestamptz
);
create index on what_if (no) where finished_at is null;

-- The families of whom the two sets say different things.
create table what_if_parted (
    what_if  bigint not null references what_if,
    case_ref text   not null,
    decided  boolean not null,
    one      jsonb  not null,
    other    jsonb  not null,
    primary key (what_if, case_ref)
);

-- +goose Down
