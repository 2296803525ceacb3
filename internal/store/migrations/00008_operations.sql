-- +goose Up
-- What operations know of the workers: when one was there, and what a comparison of the record with Temporal found.

create table worker_seen (
    only_one boolean primary key default true check (only_one),
    seen_at  timestamptz
);
insert into worker_seen default values;

create table comparison (
    no            bigint generated always as identity primary key,
    asked_by      text not null,   -- a login; the worker's for the daily one
    asked_at      timestamptz not null default clock_timestamp(),
    claimed_until timestamptz not null default '-infinity',
    began_at      timestamptz,
    finished_at   timestamptz
);
create index on comparison (no) where finished_at is null;

-- One line for each thing that record and Temporal do not agree about. A case_ref may be unknown to the record.
create table comparison_finding (
    comparison bigint not null references comparison,
    rule       text   not null,
    case_ref   text   not null,
    detail     text   not null
);
create index on comparison_finding (comparison);

-- +goose Down
