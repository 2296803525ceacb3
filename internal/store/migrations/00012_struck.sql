-- +goose Up
-- What was entered by mistake. An act is struck by acts of its author or of two officers; it stays in the chain.

create table strike (
    no         bigint generated always as identity primary key,
    command_id uuid not null references command,   -- the act that was entered by mistake
    case_ref   text not null references family,
    reason     text not null,
    first_by   text not null,
    first_id   uuid not null references command,
    asked_on   date not null,
    -- Whether its author could strike it alone.
    takes_two  boolean not null,
    second_by  text,
    second_id  uuid references command,
    settled_at timestamptz,
    result     text check (result in ('struck', 'stands')),
    check ((settled_at is null) = (result is null)),
    check ((second_by is null) = (second_id is null)),
    constraint strike_four_eyes check (second_by <> first_by),
    constraint strike_by_two check (result is distinct from 'struck' or not takes_two or second_by is not null)
);
create unique index one_strike_of_an_act on strike (command_id) where result is null or result = 'struck';
create index on strike (case_ref);

-- Which acts can be struck, and which take two officers also on the same day. Set-up writes it from the rules in the
-- code.
create table act_slip (
    act text primary key,
    two boolean not null
);
-- The role that confirms the striking of any act of its house, and an act of that role by which the login is known to
-- hold it for the case. Set-up writes it from the rules in the code.
create table house_senior (
    house   text primary key,
    role    text not null,
    its_act text not null
);

-- Each change of a fact by an act: what the row was, and what the act made of it. A row that the act made has no
-- earlier value. What is struck is taken back by it, and stays here to be read.
create table act_change (
    id         bigint generated always as identity primary key,
    command_id uuid  not null references command,
    case_ref   text,
    of_table   text  not null,
    key        jsonb not null,
    was        jsonb,
    became     jsonb not null,
    taken_back bigint references strike
);
create index on act_change (command_id);
create index on act_change (of_table, key);
create index struck_rows on act_change (case_ref, of_table) where taken_back is not null;
-- What was changed of the last day to answer stays on record when the interview is struck.
alter table answer_change drop constraint answer_change_interview_fkey;

-- Which act opened a task and which one closed it; none did where a stage, a rung or the record did. A task that was
-- opened, or closed, by an act which was struck counts until that moment and no longer: another one takes its place.
alter table task add column opened_by uuid references command, add column closed_by uuid references command,
    add column void_at timestamptz;
create index task_opened_by on task (opened_by) where opened_by is not null;
create index task_closed_by on task (closed_by) where closed_by is not null;
alter table deadline_change drop constraint deadline_change_cause_check, add constraint deadline_change_cause_check
    check (cause in ('hold', 'release', 'hold_review', 'extension', 'withdrawal', 'calendar', 'post', 'strike'));
-- A stage that was opened because of an act which was struck.
alter table stage_entry add column void_at timestamptz;

-- +goose Down
