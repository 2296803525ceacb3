-- +goose Up
-- What comes to a family while its review runs: proceedings at the court, another representative, another council, and
-- what is submitted after the decision.

-- What was lodged at the court, and how it ended. While anything stands, a hold on ground court stands with it.
create table proceeding (
    case_ref   text not null references family,
    no         int  not null,
    person_no  int  not null,   -- 0 for the family
    kind       text not null check (kind in ('judicial_review', 'interim_interdict')),
    lodged_on  date not null,
    lodged_at  text not null default '' check (lodged_at = '' or lodged_at ~ '^[0-2][0-9]:[0-5][0-9]$'),
    command_id uuid references command,   -- null where it stood at the court before the file was split
    ended_on   date,
    -- parted: it stands about the same person on a file of their own.
    result     text check (result in ('dismissed', 'reduced', 'withdrawn', 'recalled', 'mistake', 'parted')),
    ended_by   uuid references command,
    -- The decision that the court has quashed.
    fell       int,
    primary key (case_ref, no),
    check (num_nulls(ended_on, result, ended_by) in (0, 3)),
    check (fell is null or result = 'reduced'),
    foreign key (case_ref, fell) references decision
);

-- Another representative, or none any more. Names and contacts stand in the corrections that the act made.
create table representative_change (
    case_ref   text not null references family,
    no         int  not null,
    changed_on date not null,
    -- The last day on which letters go to the one before too; null where there was none, or it is gone.
    both_until date check (both_until >= changed_on),
    command_id uuid not null unique references command,
    primary key (case_ref, no)
);
alter table correction drop constraint correction_command_id_key, add unique (command_id, field);
alter table letter_sent drop constraint letter_sent_to_whom_check, add constraint letter_sent_to_whom_check
    check (to_whom in ('family', 'representative', 'former_representative'));
-- Working days that were added to the time to answer what was put.
alter table interview add column extended int not null default 0 check (extended between 0 and 366);
alter table answer_change drop constraint answer_change_cause_check, add constraint answer_change_cause_check
    check (cause in ('hold', 'release', 'calendar', 'extension'));

-- A family that moves to another council. Until that one accepts it, its council stays responsible.
create table council_move (
    case_ref     text not null references review,
    no           int  not null,
    from_council text not null,
    to_council   text not null,
    moved_on     date not null,
    command_id   uuid not null references command,
    settled_at   timestamptz,
    result       text check (result in ('accepted', 'withdrawn')),
    settled_by   uuid references command,
    recorded_at  timestamptz not null default clock_timestamp(),
    primary key (case_ref, no),
    check (from_council <> to_council),
    check (num_nulls(settled_at, result, settled_by) in (0, 3))
);
create unique index one_open_move on council_move (case_ref) where result is null;
-- Of a council's acts, those of the council that the family moves to.
alter table act_role add column new_council boolean not null default false;
alter table deadline_change drop constraint deadline_change_cause_check, add constraint deadline_change_cause_check
    check (cause in ('hold', 'release', 'hold_review', 'extension', 'withdrawal', 'calendar', 'post', 'strike',
        'move'));

-- Further submissions for a person after a refusal, and what a decision maker made of them.
create table submission (
    case_ref      text not null references review,
    no            int  not null,
    person_no     int  not null,
    received_on   date not null,
    command_id    uuid not null unique references command,
    result        text check (result in ('accepted', 'rejected', 'mistake')),
    considered_on date,
    considered_by uuid references command,
    primary key (case_ref, no),
    foreign key (case_ref, person_no) references person,
    check (num_nulls(result, considered_on, considered_by) in (0, 3))
);
alter table hold drop constraint hold_ground_check, add constraint hold_ground_check
    check (ground in ('age_dispute', 'child_protection', 'court', 'medical', 'trafficking', 'further_submissions',
        'duplicate'));

-- +goose Down
