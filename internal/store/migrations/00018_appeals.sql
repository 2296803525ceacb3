-- +goose Up
-- Appeals that end, decisions that fall and are made anew for the person alone, and what becomes of those whose refusal
-- was upheld.

alter table decision_outcome
    add column appeal_permission text check (appeal_permission in ('asked', 'granted')),
    add column appeal_heard_on   date,
    add column appeal_result     text check (appeal_result in ('allowed', 'dismissed', 'withdrawn')),
    add column appeal_ended_on   date,
    -- Since when the decision does not decide the person any more, and why.
    add column fell_on           date,
    add column fell_why          text check (fell_why in ('appeal', 'court', 'submissions')),
    add constraint appeal_ends_once check ((appeal_result is null) = (appeal_ended_on is null)),
    add constraint only_an_appeal_ends check (appeal_result is null or appeal_on is not null),
    add constraint only_a_refusal_falls check (fell_on is null or outcome not like 'GRANT%'),
    add constraint falls_for_a_reason check ((fell_on is null) = (fell_why is null));

alter table proposal drop constraint proposal_second_due_check, add constraint proposal_second_due_check
    check (second_due in ('no', 'correction', 'remake', 'refusal', 'referral', 'returned', 'sample'));

-- The steps of a return, as they were taken. Hame records them, and removes nobody.
create table return_step (
    case_ref   text not null,
    person_no  int  not null,
    no         int  not null,
    step       text not null check (step in ('offer', 'conference', 'notice', 'panel')),
    taken_on   date not null,
    command_id uuid not null references command,
    primary key (case_ref, person_no, no),
    foreign key (case_ref, person_no) references person
);
create table removal_window (
    case_ref   text not null,
    person_no  int  not null,
    no         int  not null,
    opens_on   date not null,
    closes_on  date not null check (closes_on >= opens_on),
    first_by   text not null,
    second_by  text not null,
    command_id uuid not null references command,
    closed_on  date,
    closed_why text check (closed_why in ('closed', 'event', 'removed')),
    primary key (case_ref, person_no, no),
    foreign key (case_ref, person_no) references person,
    check ((closed_on is null) = (closed_why is null)),
    constraint window_four_eyes check (second_by <> first_by)
);
create unique index one_open_window on removal_window (case_ref, person_no) where closed_on is null;

-- +goose Down
