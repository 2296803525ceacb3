-- +goose Up
-- Two files of one family that two officers have made one, and that two officers have parted again.

-- other_ref was merged into into_ref. The act stands in the chain of the file that stays; this row is a link in the
-- chain of the merged one.
create table file_merge (
    other_ref  text not null references review,
    no         int  not null check (no >= 1),
    into_ref   text not null references review,
    merged_at  timestamptz not null,
    first_by   text not null,
    second_by  text not null,
    command_id uuid not null unique references command,
    chain_n    int   not null,
    chain_hash bytea not null,
    primary key (other_ref, no),
    check (other_ref <> into_ref),
    constraint merge_four_eyes check (second_by <> first_by)
);
create index on file_merge (into_ref);

-- Each of the two files has its own again. A link in the chain of the file that was merged.
create table file_unmerge (
    other_ref   text not null,
    no          int  not null,
    unmerged_at timestamptz not null,
    first_by    text not null,
    second_by   text not null,
    command_id  uuid not null unique references command,
    chain_n     int   not null,
    chain_hash  bytea not null,
    primary key (other_ref, no),
    foreign key (other_ref, no) references file_merge,
    constraint unmerge_four_eyes check (second_by <> first_by)
);

-- Who of the merged file is who of the other. joined are those who were not on it.
create table merge_person (
    other_ref text not null,
    merge_no  int  not null,
    other_no  int  not null,
    into_ref  text not null,
    into_no   int  not null,
    joined    boolean not null,
    primary key (other_ref, merge_no, other_no),
    unique (other_ref, merge_no, into_no),
    foreign key (other_ref, merge_no) references file_merge,
    foreign key (other_ref, other_no) references person,
    foreign key (into_ref, into_no) references person
);

-- What else moved with a file. of_person and into_no are numbers on the file that stays, from_no is that on the merged
-- one. was and became are of what has a value: a claim date, a flag. A pair with a third file, and who is held as a
-- double, name that file as their code; of a pair, was is the day on which it had been resolved, became why it is one.
create table merge_fact (
    id        bigint generated always as identity primary key,
    other_ref text not null,
    merge_no  int  not null,
    kind      text not null check (kind in ('evidence', 'representation', 'welfare', 'post', 'hold', 'flag', 'claim',
                  'pair', 'new_pair', 'double')),
    code      text not null default '',   -- the ground of a hold, the flag, a third file
    of_person int  not null default 0,
    from_no   bigint not null default 0,
    into_no   bigint not null default 0,
    was       text not null default '',
    became    text not null default '',
    foreign key (other_ref, merge_no) references file_merge
);
create index on merge_fact (other_ref, merge_no);

-- +goose Down
