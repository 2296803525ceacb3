-- +goose Up
-- The facts of the programme. Business instants and attested days are columns
-- of their own; recorded_at only says when a row was written.

create table programme (
    only_one     boolean primary key default true check (only_one),
    synthetic    boolean     not null default false,
    -- Where a rehearsed programme stands. A real one has none: its now is the wall clock's.
    business_now timestamptz check (business_now is null or synthetic),
    -- Keys the draw of grants for a second officer, so that no author can foresee it.
    sampling_key text        not null default gen_random_uuid()::text || gen_random_uuid()::text
);
insert into programme default values;

create table rule_set (
    hash          text primary key,
    id            text not null,
    use           text not null check (use in ('operative', 'comparison')),
    lane          text check (lane in ('legacy', 'fast-track')),
    in_force_from date not null,
    body          text not null,
    recorded_at   timestamptz not null default clock_timestamp(),
    unique (hash, use)
);

create table staff (
    id         bigint generated always as identity primary key,
    login      text not null,
    -- Four eyes compare persons: two logins of one person are one pair of eyes.
    person     text not null,
    role       text not null check (role in ('caseworker', 'senior_caseworker', 'lead_professional', 'welfare_lead',
                   'representation_drafter', 'private_office', 'minister', 'decision_maker', 'second_officer', 'operations', 'auditor')),
    council    text check ((council is not null) = (role in ('lead_professional', 'welfare_lead'))),
    valid_from date not null default current_date,
    valid_to   date,
    granted_by text not null default session_user check (granted_by <> login),
    recorded_at timestamptz not null default clock_timestamp()
);
create index on staff (login);

-- Which role may do which act: written by setup from the rules in the code, so that they stand in one place.
create table act_role (
    act     text not null,
    role    text not null,
    council boolean not null,
    primary key (act, role)
);

create table import_batch (
    id          uuid primary key,
    file_digest text not null,
    person      text not null,
    families    int  not null,
    people      int  not null,
    created     int  not null,
    unchanged   int  not null,
    changed     int  not null,
    kept_back   int  not null,
    recorded_at timestamptz not null default clock_timestamp()
);

-- One row a family while a file is being imported; emptied by the merge.
create table import_staging (
    batch      uuid not null,
    login      text not null default session_user,
    ord        int  not null,
    case_ref   text not null,
    digest     text not null,
    family     jsonb not null,
    primary key (batch, ord)
);

create table family (
    case_ref       text primary key check (case_ref ~ '^[2-9CFGHJKMPQRTVWXY]{3}-[2-9CFGHJKMPQRTVWXY]{4}$'),
    family_key     text not null unique,
    lane           text not null check (lane in ('legacy', 'fast-track')),
    council        text not null,
    area           text not null default '',
    address        text not null default '',
    postcode       text not null default '',
    phone          text not null default '',
    email          text not null default '',
    representative text not null default '',
    representative_contact text not null default '',
    support        text not null,
    restricted     boolean not null default false,
    digest         text not null,
    batch          uuid not null references import_batch,
    -- The business day on which the family first came in: its wait counts from here (R4).
    imported_on    date not null,
    recorded_at    timestamptz not null default clock_timestamp()
);

create table person (
    case_ref           text not null references family,
    no                 int  not null check (no >= 1),
    person_key         text not null,
    relationship       text not null,
    home_office_ref    text not null default '',
    family_name        text not null default '',
    given_names        text not null default '',
    name_key           text not null default '',
    date_of_birth      text not null default '',  -- 1998, 1998-03 or 1998-03-05
    sex                text not null,
    nationality        text not null,
    birth_country      text not null default '',
    born_in_scotland   text not null,
    arrived_on         text not null default '',
    claim_date         text not null default '',
    own_claim          boolean not null,
    claim_status       text not null,
    claim_status_on    text not null default '',
    last_interview_on  text not null default '',
    language           text not null default '',
    interpreter        text not null default '',
    school             text not null default '',
    responsible_adult  text not null default '',
    child_when_listed  boolean,
    primary key (case_ref, no),
    unique (case_ref, person_key)
);
create unique index one_principal on person (case_ref) where relationship = 'principal';
create index on person (home_office_ref) where home_office_ref <> '';
create index on person (name_key, date_of_birth) where name_key <> '';

create table person_flag (
    case_ref text not null,
    no       int  not null,
    flag     text not null,
    -- An imported public_harm is an allegation until two officers confirm it.
    state    text not null default 'alleged' check (state in ('alleged', 'confirmed', 'off')),
    primary key (case_ref, no, flag),
    foreign key (case_ref, no) references person
);

create table duplicate_candidate (
    a text not null references family,
    b text not null references family,
    why text not null,
    found_at timestamptz not null default clock_timestamp(),
    resolved_on date,
    primary key (a, b, why),
    check (a < b)
);

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

create table review (
    case_ref      text primary key references listing,
    stage         text not null check (stage in ('listed', 'evidence', 'welfare', 'representation', 'decision', 'service', 'closed')),
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

create table stage_entry (
    case_ref  text not null references review,
    stage     text not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    primary key (case_ref, stage)
);

create table task (
    id          bigint generated always as identity primary key,
    case_ref    text not null references review,
    kind        text not null,
    subject     int  not null default 0,
    stage       text not null,
    awaiting    text not null,
    began       date not null,
    days        int  not null,
    unit        text not null,
    calendar    text not null,
    due_on      date not null,
    provisional boolean not null,
    opened_at   timestamptz not null,
    next_rung   text not null check (next_rung in ('reminder', 'due', 'escalation', 'diary')),
    next_no     int  not null default 0,
    next_at     timestamptz not null,
    overdue     boolean not null default false,
    escalated   boolean not null default false,
    closed_at   timestamptz,
    -- The day attested for what closed it: late or in time is judged by this, not by when it was typed.
    attested_on date,
    result      text,
    check ((closed_at is null) = (result is null))
);
create unique index one_open_task_of_a_kind on task (case_ref, kind, subject) where closed_at is null;
create index open_tasks on task (case_ref) where closed_at is null;

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

create table letter (
    case_ref   text not null references review,
    no         int  not null,
    kind       text not null check (kind in ('opening', 'reminder', 'decision')),
    created_at timestamptz not null,
    primary key (case_ref, no)
);
create table letter_sent (
    case_ref  text not null,
    no        int  not null,
    to_whom   text not null check (to_whom in ('family', 'representative')),
    by_how    text not null,
    sent_on   date not null,
    command_id uuid not null,
    primary key (case_ref, no, to_whom),
    foreign key (case_ref, no) references letter
);

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
    command_id uuid primary key,
    foreign key (case_ref, person_no) references person,
    check ((adverse = 'none') = (put_on is null))
);

-- Who played which part in deciding a case. The key says the rule: one person, one part, one case.
create table officer (
    case_ref text not null references review,
    person   text not null,
    part     text not null check (part in ('proposal_author', 'second_officer', 'welfare_author', 'welfare_signer',
                 'waiver_giver', 'representation_drafter', 'representation_checker')),
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
    checker     text,
    cleared_by  text,
    signer      text,
    -- Only what has reached the Home Office binds its decision.
    received_on date,
    answer      text check (answer in ('accepted', 'rejected', 'more')),
    answered_by text,
    answered_on date,
    primary key (case_ref, no),
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

create table recommendation (
    id        bigint generated always as identity primary key,
    case_ref  text not null references review,
    revision  int  not null,
    rule_set  text not null references rule_set,
    made_at   timestamptz not null,
    body      jsonb not null,
    unique (case_ref, revision, rule_set)
);

create table proposal (
    case_ref     text not null references review,
    no           int  not null,
    author       text not null,
    author_part  text generated always as ('proposal_author') stored,
    revision     int  not null,
    proposed_on  date not null,
    proposed_at  timestamptz not null,
    second_due   text not null check (second_due in ('no', 'refusal', 'sample')),
    state        text not null default 'open' check (state in ('open', 'returned', 'signed')),
    returned_by  text,
    return_codes text[] not null default '{}',
    command_id   uuid not null,
    primary key (case_ref, no),
    unique (case_ref, no, second_due),
    foreign key (case_ref, author, author_part) references officer (case_ref, person, part),
    constraint return_four_eyes check (returned_by is null or returned_by <> author)
);
create unique index one_open_proposal on proposal (case_ref) where state = 'open';
create table proposal_outcome (
    case_ref  text not null,
    no        int  not null,
    person_no int  not null,
    outcome   text not null check (outcome in ('GRANT_REFUGEE', 'GRANT_HP', 'GRANT_ILR', 'GRANT_DL_36M', 'GRANT_LLR_30M', 'REFUSED_UPHELD')),
    primary key (case_ref, no, person_no),
    foreign key (case_ref, no) references proposal,
    foreign key (case_ref, person_no) references person
);
create table finding (
    case_ref  text not null,
    no        int  not null,  -- the proposal's
    by_second boolean not null,
    person_no int  not null,
    factor    text not null,
    finding   text not null check (finding in ('for', 'against', 'neutral', 'unknown')),
    evidence  int[] not null default '{}',
    adverse   boolean not null default false,
    primary key (case_ref, no, by_second, person_no, factor),
    foreign key (case_ref, no) references proposal,
    constraint no_reason_rests_on_a_gap check (finding <> 'against' or cardinality(evidence) > 0)
);

create table decision (
    case_ref    text primary key references review,
    proposal_no int  not null,
    author      text not null,
    author_part text generated always as ('proposal_author') stored,
    second      text,
    second_part text generated always as (case when second is null then null else 'second_officer' end) stored,
    second_due  text not null,
    signed_on   date not null,
    signed_at   timestamptz not null,
    rollup      text not null check (rollup in ('ALL_GRANTED', 'MIXED', 'ALL_REFUSED')),
    rule_set    text not null references rule_set,
    foreign key (case_ref, proposal_no, second_due) references proposal (case_ref, no, second_due),
    foreign key (case_ref, author, author_part) references officer (case_ref, person, part),
    foreign key (case_ref, second, second_part) references officer (case_ref, person, part),
    constraint decision_four_eyes check (second is null or second <> author),
    constraint second_officer_due check (second is not null or (second_due = 'no' and rollup = 'ALL_GRANTED'))
);
create table decision_outcome (
    case_ref  text not null references decision,
    person_no int  not null,
    outcome   text not null check (outcome in ('GRANT_REFUGEE', 'GRANT_HP', 'GRANT_ILR', 'GRANT_DL_36M', 'GRANT_LLR_30M', 'REFUSED_UPHELD')),
    served_on date,
    served_how text,
    proof      text,
    status_issued_on date,
    no_appeal_on date,
    primary key (case_ref, person_no),
    foreign key (case_ref, person_no) references person,
    constraint no_status_before_service check (status_issued_on is null or served_on is not null),
    constraint service_needs_proof check ((served_on is null) = (proof is null))
);

-- Post that came in. The commands that fill it belong to the mailroom.
create table post_item (
    id          uuid primary key,
    from_kind   text not null,
    received_on date not null,
    case_ref    text references family,
    suggested   text references family,
    read_on     date,
    dismissed_on date
);
create index on post_item (case_ref);
create index on post_item (suggested);

create table hold (
    case_ref   text not null references review,
    person_no  int  not null,
    ground     text not null check (ground in ('age_dispute', 'child_protection', 'court')),
    opened_on  date not null,
    ended_on   date,
    primary key (case_ref, person_no, ground)
);

-- +goose StatementBegin
-- A waiver is grant-only: until the child's check is signed, no member of the family can be refused.
create function refuse_after_waiver() returns trigger language plpgsql as $$
begin
    if new.outcome not like 'GRANT%' and exists (
        select from welfare_waiver w
        where w.case_ref = new.case_ref
          and not exists (select from welfare_check c where c.case_ref = w.case_ref and c.person_no = w.person_no
                          and c.signed_on >= w.given_on)) then
        raise exception 'a child''s check was waived: only a grant may be signed'
            using errcode = 'check_violation', constraint = 'waiver_allows_grant_only';
    end if;
    return new;
end $$;

-- An outcome is what was proposed, and a refusal is signed by two whatever the decision's summary says.
create function outcome_as_decided() returns trigger language plpgsql as $$
begin
    if new.outcome not like 'GRANT%' and exists (select from decision d where d.case_ref = new.case_ref and d.second is null) then
        raise exception 'second_officer_due: a refusal needs a second officer' using errcode = 'check_violation', constraint = 'second_officer_due';
    end if;
    if not exists (select from decision d join proposal_outcome p on p.case_ref = d.case_ref and p.no = d.proposal_no
                   where d.case_ref = new.case_ref and p.person_no = new.person_no and p.outcome = new.outcome) then
        raise exception 'this outcome was not proposed' using errcode = 'check_violation', constraint = 'outcome_was_proposed';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger was_decided before insert or update of outcome on decision_outcome for each row execute function outcome_as_decided();
create trigger waiver_is_grant_only before insert or update on proposal_outcome for each row execute function refuse_after_waiver();
create trigger waiver_is_grant_only before insert or update on decision_outcome for each row execute function refuse_after_waiver();

-- +goose Down
