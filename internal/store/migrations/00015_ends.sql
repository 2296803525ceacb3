-- +goose Up
-- People who join a family, whose part in a case ends by itself, or who give up their claim; and the acts that two
-- officers do together.

-- An act that takes two officers, from when the first asks for it. It is done by the second one's act.
create table second_request (
    case_ref   text not null references review,
    no         int  not null check (no >= 1),
    act        text not null,
    subject_no int  not null default 0,
    first_by   text not null,
    first_id   uuid not null unique references command,
    asked_on   date not null,
    second_by  text,
    second_id  uuid unique references command,
    settled_on date,
    result     text check (result in ('done', 'refused', 'withdrawn')),
    primary key (case_ref, no),
    check ((settled_on is null) = (result is null) and (settled_on is null) = (second_id is null)
        and (second_by is null) = (second_id is null)),
    constraint second_four_eyes check (result not in ('done', 'refused') or second_by <> first_by)
);
-- Who may agree to an act that takes two. Set-up writes it from the rules in the code.
create table act_second (
    act  text not null,
    role text not null,
    primary key (act, role)
);
create unique index one_open_second_request on second_request (case_ref, act, subject_no) where settled_on is null;

-- A claim passes from one person to another and, where the act is struck, back again: there is one principal at the end
-- of each.
drop index one_principal;
alter table person add constraint one_principal exclude using btree (case_ref with =)
    where (relationship = 'principal') deferrable initially immediate;

-- Since when somebody is of the family who did not come with the file.
alter table person add column joined_on date;

-- How a person's part in a case ended other than by a decision, or what became of a person who was refused. Which of the
-- ends take two officers, and which acts record them, set-up writes into end_rule from the rules in the code.
create table end_rule (
    outcome        text primary key,
    two            boolean not null,
    administrative boolean not null,
    acts           text[] not null
);
create table person_end (
    case_ref   text not null,
    person_no  int  not null,
    no         int  not null check (no >= 1),
    outcome    text not null references end_rule,
    ended_on   date not null,
    first_by   text not null,
    second_by  text,
    command_id uuid not null references command,
    -- When a reopening brought the person back.
    lifted_on  date,
    lifted_by  uuid references command,
    primary key (case_ref, person_no, no),
    foreign key (case_ref, person_no) references person,
    check ((lifted_on is null) = (lifted_by is null)),
    constraint end_four_eyes check (second_by <> first_by)
);
create unique index one_end_in_force on person_end (case_ref, person_no) where lifted_on is null;

-- A person's wish to withdraw: asked for in writing, heard, thought over, and confirmed by two officers or dropped.
create table withdrawal (
    case_ref       text not null,
    person_no      int  not null,
    no             int  not null,
    asked_on       date not null,
    heard_on       date,
    representative text check (representative in ('present', 'informed', 'none')),
    thought_over_on date,
    settled_on     date,
    result         text check (result in ('confirmed', 'dropped')),
    primary key (case_ref, person_no, no),
    foreign key (case_ref, person_no) references person,
    check ((settled_on is null) = (result is null)),
    check ((heard_on is null) = (representative is null))
);
create unique index one_open_withdrawal on withdrawal (case_ref, person_no) where settled_on is null;

-- +goose Down
