-- +goose Up
-- People who part from a family, and stand on a file of their own from then on.

create table split (
    case_ref    text not null references review,   -- the file that they leave
    no          int  not null check (no >= 1),
    own_ref     text not null unique references family,
    -- Nothing leads from one file to the other, but for the named officer and the auditor.
    walled      boolean not null,
    named       text not null,
    split_at    timestamptz not null,
    first_by    text not null,
    second_by   text not null,
    command_id  uuid not null references command,
    -- When the review of the new file was started.
    started_at  timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (case_ref, no),
    check (case_ref <> own_ref),
    constraint split_four_eyes check (second_by <> first_by)
);
create index splits_to_start on split (own_ref) where started_at is null;

-- Who each person of the new file is on the old one.
create table split_person (
    own_ref   text not null references split (own_ref),
    own_no    int  not null,
    case_ref  text not null,
    person_no int  not null,
    primary key (own_ref, own_no),
    -- Nobody leaves a file twice.
    unique (case_ref, person_no),
    foreign key (own_ref, own_no) references person,
    foreign key (case_ref, person_no) references person
);

-- +goose Down
