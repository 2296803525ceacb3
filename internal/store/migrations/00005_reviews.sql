-- +goose Up
-- The review of a family: its stages, its tasks with their deadlines, and what stopped or lengthened them.

create table listing (
    case_ref     text primary key references family,
    lane         text not null,
    drawn_at     timestamptz not null,
    listing_date date not null,
    why          text not null,
    recorded_at  timestamptz not null default clock_timestamp()
);

-- How each lane's backlog is being cleared.
create table backlog_lane (
    lane       text primary key,
    started_at timestamptz not null,
    capacity   int  not null check (capacity between 1 and 1000),
    target     date,
    paused     text not null default ''   -- the reason's code while paused
);

-- Held by the worker while it draws a lane's families or changes the lane.
create table lane_lock (
    lane text primary key check (lane in ('legacy', 'fast-track'))
);
insert into lane_lock values ('legacy'), ('fast-track');

create table review (
    case_ref      text primary key references listing,
    stage         text not null check (stage in ('listed', 'evidence', 'welfare', 'representation', 'decision',
        'service',
                      'closed')),
    lane          text not null,
    rule_set      text not null,
    -- Only an operative rule set may be pinned to a review.
    rule_set_use  text not null default 'operative' check (rule_set_use = 'operative'),
    opened_at     timestamptz not null,
    listing_date  date not null,
    priority      int  not null default 5 check (priority between 1 and 5),
    owner         text,
    reconciled_on date,
    triaged_on    date,
    revision      int  not null default 1,
    signed_on     date,
    rollup        text check (rollup in ('ALL_GRANTED', 'MIXED', 'ALL_REFUSED')),
    closed_at     timestamptz,
    stuck         text not null default '',
    recovered     boolean not null default false,
    foreign key (rule_set, rule_set_use) references rule_set (hash, use),
    check ((stage = 'closed') = (closed_at is not null))
);

-- A finished stage is open again where a hold or a calendar gave back time: it is entered once more.
create table stage_entry (
    case_ref  text not null references review,
    stage     text not null,
    no        int  not null default 1,
    opened_at timestamptz not null,
    closed_at timestamptz,
    primary key (case_ref, stage, no)
);

-- Calendars: which cases may depend on a day that an application changed, and which of them have been seen to.
create table calendar_case (
    application bigint not null references calendar_application,
    case_ref    text not null references review,
    seen_at     timestamptz,
    primary key (application, case_ref)
);
create index unseen_cases on calendar_case (application, case_ref) where seen_at is null;

create table task (
    id          bigint generated always as identity primary key,
    case_ref    text not null references review,
    kind        text not null,
    subject     int  not null default 0,
    stage       text not null,
    awaiting    text not null,
    -- Whose deadline it was when it was set. awaiting changes when the task escalates.
    owed_by     text not null,
    began       date not null,
    days        int  not null,
    unit        text not null,
    calendar    text not null,
    calendar_version text references calendar_version,
    -- The version in force under which a last day was kept that a change would have taken away.
    kept_under  text references calendar_version,
    -- A stopped clock has no next instant, and before its last day is reached no last day.
    due_on      date,
    provisional boolean not null,
    opened_at   timestamptz not null,
    next_rung   text not null check (next_rung in ('reminder', 'due', 'escalation', 'diary')),
    next_no     int  not null default 0,
    next_at     timestamptz,
    overdue     boolean not null default false,
    escalated   boolean not null default false,
    closed_at   timestamptz,
    -- The day attested for what closed it: late or in time is judged by this, not by when it was typed.
    attested_on date,
    result      text,
    -- When an answer came for a deadline that was closed without one.
    answered_at timestamptz,
    check ((closed_at is null) = (result is null)),
    constraint no_day_only_while_stopped check (due_on is not null or next_at is null or closed_at is not null)
);
create unique index one_open_task_of_a_kind on task (case_ref, kind, subject) where closed_at is null;
create index open_tasks on task (case_ref) where closed_at is null;
create index on task (case_ref);
create index tasks_of_version on task (calendar_version) where closed_at is null;
-- What was closed because its time had passed, or was answered late.
create index ended_by_day on task (due_on) where closed_at is not null and (result in ('gap', 'lapsed') or overdue);

-- What each rung of each deadline did, once each.
create table rung (
    task_id     bigint not null references task,
    kind        text   not null,
    no          int    not null default 0,
    on_at       timestamptz not null,
    acted_at    timestamptz not null,
    effect      text   not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (task_id, kind, no)
);

-- Each change of a task's dates: the old ones, the new ones, and what changed them. Why a case is held is not said
-- here; it stands in the hold.
create table deadline_change (
    task_id         bigint not null references task,
    no              int  not null,
    cause           text not null check (cause in ('hold', 'release', 'hold_review', 'extension', 'withdrawal',
        'calendar',
                        'post')),
    at              timestamptz not null,
    old_due         date,
    new_due         date,
    old_next        timestamptz,
    new_next        timestamptz,
    days_left       int not null,
    provisional     boolean not null, -- the new day
    was_provisional boolean not null,
    old_version     text references calendar_version,
    new_version     text references calendar_version,
    command_id      uuid references command,
    recorded_at     timestamptz not null default clock_timestamp(),
    primary key (task_id, no)
);

create table extension (
    case_ref      text not null references review,
    no            int  not null,
    task_id       bigint not null references task,
    days          int  not null check (days between 1 and 366),
    reason        text not null,
    asked_by      text not null,
    asked_on      date not null,
    decision      text not null check (decision in ('granted', 'refused')),
    decided_by    text not null,
    decided_on    date not null,
    command_id    uuid not null unique references command,
    withdrawn_on  date,
    withdrawn_by  text,
    withdrawal_id uuid unique references command,
    primary key (case_ref, no),
    check (num_nulls(withdrawn_on, withdrawn_by, withdrawal_id) in (0, 3)),
    check (withdrawn_on is null or decision = 'granted')
);
create index on extension (task_id);

-- A hold has an owner, the senior caseworker, and a date. The second file of a family that stands twice is held before
-- any review of it is open.
create table hold (
    id        bigint generated always as identity,
    case_ref  text not null references family,
    person_no int  not null,
    ground    text not null constraint hold_ground_check
                  check (ground in ('age_dispute', 'child_protection', 'court', 'medical', 'trafficking', 'duplicate')),
    opened_on date not null,
    ended_on  date,
    review_on date check (review_on between '1900-01-01' and '2199-12-31'),
    same_as   text references family,
    -- A hold that was opened by mistake lets every clock run.
    runs_on   boolean not null default false,
    check ((ground = 'duplicate') = (same_as is not null)),
    constraint ended_after_it_began check (runs_on or ended_on >= opened_on)
);
create unique index one_open_hold on hold (case_ref, person_no, ground) where ended_on is null;

-- Who is named on a case by a senior caseworker, and in which role.
create table named_on_case (
    case_ref   text not null references review,
    person     text not null,
    role       text not null references case_role,
    named_on   date not null,
    command_id uuid not null,
    primary key (case_ref, person, role)
);

create table correction (
    case_ref     text not null references family,
    no           int  not null,
    person_no    int  not null,   -- 0 for the family
    field        text not null,
    old_value    text,            -- null once erased
    new_value    text,
    reason       text not null,
    source       text not null,
    corrected_on date not null,
    command_id   uuid not null unique,
    primary key (case_ref, no)
);

create table import_difference (
    case_ref   text not null references family,
    no         int  not null,
    batch      uuid not null references import_batch,
    person_no  int  not null,   -- 0 for the family
    field      text not null,
    old_value  text not null,
    new_value  text not null,
    found_on   date not null,
    finding    text check (finding in ('accepted', 'rejected', 'closed')),
    command_id uuid,
    primary key (case_ref, no)
);
create index open_differences on import_difference (case_ref) where finding is null;
