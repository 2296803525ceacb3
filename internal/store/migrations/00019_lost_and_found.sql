-- +goose Up
-- Families that are lost and found again, and closed cases that are reopened.

-- The tracing of a family with whom contact was lost: its steps, and the archive that it may end in. Neither is an end of
-- the case.
create table tracing (
    case_ref   text not null references review,
    no         int  not null,
    reason     text not null check (reason in ('mail_returned', 'not_at_address', 'no_answer')),
    began_on   date not null,
    stage      text not null,   -- in which the family was lost
    command_id uuid not null references command,
    ended_on   date,
    result     text check (result in ('found', 'closed')),
    primary key (case_ref, no),
    check ((ended_on is null) = (result is null))
);
create unique index one_open_tracing on tracing (case_ref) where ended_on is null;
create table trace_step (
    case_ref   text not null,
    tracing    int  not null,
    no         int  not null,
    step       text not null,
    result     text not null check (result in ('nothing', 'lead', 'passed_on')),
    taken_on   date not null,
    command_id uuid not null references command,
    primary key (case_ref, tracing, no),
    foreign key (case_ref, tracing) references tracing
);
create table archive (
    case_ref    text not null,
    tracing     int  not null,
    no          int  not null,
    archived_at timestamptz not null,
    first_by    text not null,
    second_by   text not null,
    command_id  uuid not null references command,
    until       timestamptz,
    primary key (case_ref, no),
    foreign key (case_ref, tracing) references tracing,
    constraint archive_four_eyes check (second_by <> first_by)
);
create unique index one_archive_in_force on archive (case_ref) where until is null;

-- A closed case that two officers have reopened. started_at is when its review was started again.
create table reopening (
    case_ref    text not null references review,
    no          int  not null,
    reason      text not null,
    reopened_at timestamptz not null,
    first_by    text not null,
    second_by   text not null,
    command_id  uuid not null references command,
    started_at  timestamptz,
    primary key (case_ref, no),
    constraint reopening_four_eyes check (second_by <> first_by)
);
create index reviews_to_start on reopening (case_ref) where started_at is null;

-- +goose Down
