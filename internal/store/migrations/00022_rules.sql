-- +goose Up
-- Rule sets are proposed by one officer of operations and adopted by another.

-- The acts on the rules have a chain of their own.
alter table command drop constraint command_office_check, add constraint command_office_check
    check (office in ('mailroom', 'calendar', 'backlog', 'rules'));
alter table act_role drop constraint act_role_about_check, add constraint act_role_about_check
    check (about <@ array['case', 'lane', 'mailroom', 'calendar', 'backlog', 'rules'] and about <> '{}');

-- Who proposed a set, and what became of it.
create table rules_proposal (
    no          bigint generated always as identity primary key,
    rule_set    text not null references rule_set,
    first_by    text not null,
    first_id    uuid not null unique references command,
    proposed_on date not null,
    second_by   text,
    second_id   uuid unique references command,
    settled_on  date,
    result      text check (result in ('adopted', 'replaced', 'lapsed')),
    check ((settled_on is null) = (result is null)),
    check (coalesce(result = 'adopted', false) = (second_by is not null)),
    check ((second_by is null) = (second_id is null)),
    constraint rules_four_eyes check (second_by <> first_by and second_id <> first_id)
);
create unique index one_open_proposal_of_a_set on rules_proposal (rule_set) where settled_on is null;

-- Which set is in force from which day. The latest day that has come counts, and of one day the latest adoption.
create table rules_adoption (
    no          bigint generated always as identity primary key,
    rule_set    text not null references rule_set,
    from_day    date not null,
    -- Null for what set-up put in force in a database that had no set of the lane, or of the name.
    proposal    bigint unique references rules_proposal,
    adopted_at  timestamptz not null,   -- by business time
    recorded_at timestamptz not null default clock_timestamp()
);
insert into rules_adoption (rule_set, from_day, adopted_at, recorded_at)
    select hash, in_force_from, recorded_at, recorded_at from rule_set order by in_force_from, recorded_at;

-- Which review has taken another set than it had, on which revision of its file.
create table rules_taken (
    case_ref    text not null references review,
    no          int  not null check (no >= 1),
    replaced    text not null references rule_set,
    rule_set    text not null references rule_set,
    revision    int  not null,
    taken_at    timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (case_ref, no),
    check (replaced <> rule_set)
);
create index reviews_by_rules on review (lane, rule_set) where signed_on is null and stage <> 'closed';

-- The set by which the task's deadline runs, where its review has taken another since the task was opened; else null.
alter table task add column rule_set text references rule_set;

-- +goose Down
