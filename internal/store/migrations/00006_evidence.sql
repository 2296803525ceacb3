-- +goose Up
-- What is gathered about a family: letters out, post in, evidence, interviews, and the checks of children and security.

create table letter (
    case_ref   text not null references review,
    no         int  not null,
    kind       text not null check (kind in ('opening', 'reminder', 'decision')),
    created_at timestamptz not null,
    primary key (case_ref, no)
);
create table letter_sent (
    case_ref     text not null,
    no           int  not null,
    to_whom      text not null check (to_whom in ('family', 'representative')),
    by_how       text not null,
    sent_on      date not null,
    delivered_on date,
    returned_on  date,
    returned_why text,
    command_id   uuid not null,
    primary key (case_ref, no, to_whom),
    foreign key (case_ref, no) references letter,
    constraint delivered_or_returned check (delivered_on is null or returned_on is null)
);

create table post_item (
    no            bigint generated always as identity primary key,
    from_kind     text not null,
    received_on   date not null,
    -- The last day on which the expiries of the families it may belong to wait for it (C1).
    wait_until    date not null check (wait_until between received_on and received_on + 31),
    -- What stands on it, by which families are suggested.
    said_reference      text not null default '',
    said_name           text not null default '',
    said_representative text not null default '',
    case_ref      text references family,
    linked_on     date,
    read_on       date,
    dismissed_on  date,
    dismissed_why text,
    command_id    uuid not null unique references command,
    check ((case_ref is null) = (linked_on is null)),
    constraint what_it_says_is_short_and_fit_for_a_terminal check (
        octet_length(said_reference) <= 400 and octet_length(said_name) <= 1600
            and octet_length(said_representative) <= 1600
        and concat_ws(' ', said_reference, said_name, said_representative)
            !~ '[\x01-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]'),
    constraint read_after_linked check (read_on is null or case_ref is not null),
    constraint dismissed_or_linked check (dismissed_on is null or case_ref is null)
);
create index on post_item (case_ref);
create index post_waiting on post_item (no) where read_on is null and dismissed_on is null;
create table post_suggestion (
    item     bigint not null references post_item,
    case_ref text not null references family,
    why      text not null check (why in ('reference', 'name', 'representative')),
    primary key (item, case_ref, why)
);
create index on post_suggestion (case_ref);

create table evidence (
    case_ref    text not null references review,
    no          int  not null,
    provider    text not null,
    person_no   int  not null default 0,
    result      text not null check (result in ('complete', 'partial', 'nothing_held')),
    received_on date not null,
    command_id  uuid not null,
    primary key (case_ref, no)
);

create table contact (
    case_ref   text not null references review,
    how        text not null check (how in ('phone', 'visit', 'representative')),
    made_on    date not null,
    -- Whether the family's names may stand in what the minister's office reads.
    names      text check (names in ('agreed', 'withdrawn')),
    command_id uuid primary key
);

create table interview (
    case_ref   text not null,
    person_no  int  not null,
    held_on    date not null,
    adverse    text not null check (adverse in ('none', 'answered', 'unanswered')),
    put_on     date,
    -- The last working day on which the person may answer what was put to them.
    answer_by  date,
    calendar_version text references calendar_version,
    kept_under text references calendar_version,
    command_id uuid primary key,
    foreign key (case_ref, person_no) references person,
    check ((adverse = 'none') = (put_on is null))
);
-- Each change of the last day on which a person may answer what was put to them: null while a hold stops it.
create table answer_change (
    interview   uuid not null references interview,
    no          int  not null,
    cause       text not null check (cause in ('hold', 'release', 'calendar')),
    at          timestamptz not null,
    old_by      date,
    new_by      date,
    old_version text references calendar_version,
    new_version text references calendar_version,
    command_id  uuid references command,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (interview, no)
);

-- Who asked that a flag be set or cleared which takes two officers, and who was the second.
create table flag_request (
    id         bigint generated always as identity primary key,
    case_ref   text not null,
    person_no  int  not null,
    flag       text not null,
    wanted     text not null check (wanted in ('on', 'off')),
    first_by   text not null,
    asked_on   date not null,
    second_by  text,
    settled_on date,
    result     text check (result in ('done', 'refused')),
    command_id uuid not null,
    foreign key (case_ref, person_no) references person,
    check ((settled_on is null) = (result is null) and (settled_on is null) = (second_by is null)),
    constraint flag_four_eyes check (result <> 'done' or second_by <> first_by)
);
create unique index one_open_flag_request on flag_request (case_ref, person_no, flag) where settled_on is null;

-- Who played which part in deciding a case. The key says the rule: one person, one part, one case.
create table officer (
    case_ref text not null references review,
    person   text not null,
    part     text not null check (part in ('proposal_author', 'second_officer', 'welfare_author', 'welfare_signer',
                 'waiver_giver', 'representation_drafter', 'representation_checker', 'representation_clearer',
                 'representation_signer')),
    primary key (case_ref, person),
    unique (case_ref, person, part)
);

create table welfare_check (
    case_ref    text not null,
    person_no   int  not null,
    no          int  not null,
    assigned_to text not null,
    assigned_on date not null,
    author      text,
    author_part text generated always as (case when author is null then null else 'welfare_author' end) stored,
    reported_on date,
    findings    jsonb,
    returned_on date,
    returned_by text,
    signer      text,
    signer_part text generated always as (case when signer is null then null else 'welfare_signer' end) stored,
    signed_on   date,
    primary key (case_ref, person_no, no),
    foreign key (case_ref, person_no) references person,
    foreign key (case_ref, author, author_part) references officer (case_ref, person, part),
    foreign key (case_ref, signer, signer_part) references officer (case_ref, person, part),
    constraint welfare_four_eyes check (signer is null or (author is not null and signer <> author))
);

create table welfare_waiver (
    case_ref   text not null,
    person_no  int  not null,
    giver      text not null,
    giver_part text generated always as ('waiver_giver') stored,
    given_on   date not null,
    command_id uuid primary key,
    foreign key (case_ref, person_no) references person,
    foreign key (case_ref, giver, giver_part) references officer (case_ref, person, part)
);

create table representation (
    case_ref    text not null references review,
    no          int  not null,
    from_kind   text not null,
    drafter     text,
    letter      text,
    checker     text,
    cleared_by  text,
    returned_on date,
    returned_by text,
    -- A wet signature: whose it is stands in signer, who recorded it here.
    signer      text,
    signed_on   date,
    signature_recorded_by text,
    document    text,
    -- Only what has reached the Home Office binds its decision.
    received_on date,
    -- A draft that was given up, because the minister declines.
    withdrawn_on date,
    withdrawn_by text,
    answer      text check (answer in ('accepted', 'rejected', 'more')),
    answered_by text,
    answered_on date,
    primary key (case_ref, no),
    drafter_part text generated always as (case when drafter is null then null else 'representation_drafter' end)
        stored,
    checker_part text generated always as (case when checker is null then null else 'representation_checker' end)
        stored,
    clearer_part text generated always as (case when cleared_by is null then null else 'representation_clearer' end)
        stored,
    signer_part  text generated always as (case when signer is null then null else 'representation_signer' end) stored,
    foreign key (case_ref, drafter, drafter_part) references officer (case_ref, person, part),
    foreign key (case_ref, checker, checker_part) references officer (case_ref, person, part),
    foreign key (case_ref, cleared_by, clearer_part) references officer (case_ref, person, part),
    foreign key (case_ref, signer, signer_part) references officer (case_ref, person, part),
    constraint representation_four_eyes check (checker is null or checker <> drafter)
);

create table security_check (
    case_ref     text not null,
    person_no    int  not null,
    no           int  not null,
    requested_on date not null,
    done_on      date,
    result       text check (result in ('clear', 'refer')),
    valid_until  date,
    primary key (case_ref, person_no, no),
    foreign key (case_ref, person_no) references person,
    check ((done_on is null) = (result is null) and (done_on is null) = (valid_until is null))
);
