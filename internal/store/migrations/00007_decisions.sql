-- +goose Up
-- What rules recommend, what officers propose, and what is decided and served.

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
    second_due   text not null check (second_due in ('no', 'refusal', 'referral', 'returned', 'sample')),
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

-- What a senior caseworker found of a referral by the police, by the number of the check, or of public harm, by the
-- number of times that it has been raised.
create table looked_into (
    case_ref   text not null references review,
    person_no  int  not null,
    about      text not null check (about in ('security_check', 'public_harm')),
    no         int  not null,
    finding    text not null check (finding in ('no_concern', 'concern')),
    looked_by  text not null,
    looked_on  date not null,
    command_id uuid not null references command,
    primary key (case_ref, person_no, about, no),
    foreign key (case_ref, person_no) references person
);

create table proposal_outcome (
    case_ref  text not null,
    no        int  not null,
    person_no int  not null,
    outcome   text not null check (outcome in ('GRANT_REFUGEE', 'GRANT_HP', 'GRANT_ILR', 'GRANT_DL_36M',
        'GRANT_LLR_30M',
                  'REFUSED_UPHELD')),
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

-- The decisions of a case, numbered from 1. The last one stands. A decision that is remade or corrected is a new one.
create table decision (
    case_ref    text not null references review,
    no          int  not null check (no >= 1),
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
    primary key (case_ref, no),
    -- A proposal is signed once.
    unique (case_ref, proposal_no),
    foreign key (case_ref, proposal_no, second_due) references proposal (case_ref, no, second_due),
    foreign key (case_ref, author, author_part) references officer (case_ref, person, part),
    foreign key (case_ref, second, second_part) references officer (case_ref, person, part),
    constraint decision_four_eyes check (second is null or second <> author),
    constraint second_officer_due check (second is not null or (second_due = 'no' and rollup = 'ALL_GRANTED'))
);

create table decision_outcome (
    case_ref    text not null,
    decision_no int  not null,
    person_no   int  not null,
    outcome     text not null check (outcome in ('GRANT_REFUGEE', 'GRANT_HP', 'GRANT_ILR', 'GRANT_DL_36M',
        'GRANT_LLR_30M',
                    'REFUSED_UPHELD')),
    served_on   date,
    served_how  text,
    proof       text,
    status_issued_on date,
    no_appeal_on date,
    appeal_on   date,
    primary key (case_ref, decision_no, person_no),
    foreign key (case_ref, decision_no) references decision,
    foreign key (case_ref, person_no) references person,
    constraint no_status_before_service check (status_issued_on is null or served_on is not null),
    constraint service_needs_proof check ((served_on is null) = (proof is null))
);
