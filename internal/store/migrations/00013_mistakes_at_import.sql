-- +goose Up
-- An import of the wrong file is taken back by two officers of operations, and a list of pairs is resolved by two.

-- The acts on the backlog as a whole have a chain of their own.
alter table command drop constraint command_office_check, add constraint command_office_check
    check (office in ('mailroom', 'calendar', 'backlog'));
alter table act_role drop constraint act_role_about_check, add constraint act_role_about_check
    check (about <@ array['case', 'lane', 'mailroom', 'calendar', 'backlog'] and about <> '{}');

alter table import_batch
    add column no                int,    -- what officers call it by
    add column imported_on       date,   -- the business day
    add column synthetic         boolean,
    add column taken_back_at     timestamptz,
    -- The persons who took it back.
    add column taken_back_first  text,
    add column taken_back_second text,
    add constraint taken_back_by_two check (num_nulls(taken_back_at, taken_back_first, taken_back_second) in (0, 3)
        and (taken_back_first <> taken_back_second));
update import_batch b set no = x.no, imported_on = x.on_day, synthetic = (select p.synthetic from programme p)
    from (select i.id, row_number() over (order by i.recorded_at, i.id) as no,
                 coalesce((select min(f.imported_on) from family f where f.batch = i.id),
                     (i.recorded_at at time zone 'Europe/London')::date) as on_day
          from import_batch i) x
    where x.id = b.id;
alter table import_batch alter column no set not null, add unique (no), alter column imported_on set not null,
    alter column synthetic set not null;

-- The import that brought the family in; batch is the last one that changed it. Imports ran one after another, so that
-- a family is of the last one that had begun when its row was written.
alter table family add column first_batch uuid references import_batch;
update family f set first_batch = coalesce((select b.id from import_batch b where b.recorded_at <= f.recorded_at
    order by b.recorded_at desc limit 1), f.batch);
alter table family alter column first_batch set not null;
create index on family (first_batch);
create index on family (batch) where batch <> first_batch;

-- The families that went with an import, without a name, for figures as of an instant before that. Their references are
-- never given to another family.
create table family_taken_back (
    case_ref    text primary key,
    batch       uuid not null references import_batch,
    lane        text not null,
    council     text not null,
    restricted  boolean not null,
    imported_at timestamptz not null,
    until       timestamptz not null
);
create index on family_taken_back (batch);

-- Whether anything refers to a family or a person is looked up for each one that goes.
create index on hold (case_ref);
create index on hold (same_as) where same_as is not null;
create index on interview (case_ref, person_no);
create index on flag_request (case_ref, person_no);
create index on welfare_waiver (case_ref, person_no);

-- Who asks for an import to be taken back, and what became of it.
create table import_take_back (
    no         bigint generated always as identity primary key,
    batch      uuid not null references import_batch,
    reason     text not null check (reason in ('wrong_file', 'old_file', 'test_file')),
    first_by   text not null,
    first_id   uuid not null unique references command,
    asked_on   date not null,
    second_by  text,
    second_id  uuid unique references command,
    settled_on date,
    result     text check (result in ('done', 'lapsed', 'withdrawn', 'stands')),
    check ((settled_on is null) = (result is null)),
    check (coalesce(result in ('done', 'stands'), false) = (second_by is not null)),
    check ((second_by is null) = (second_id is null)),
    constraint take_back_four_eyes check (second_by <> first_by and second_id <> first_id)
);
create unique index one_open_take_back on import_take_back (batch) where settled_on is null;

-- What an import said of a family that is under review is settled when the import is taken back.
alter table import_difference drop constraint import_difference_finding_check,
    add constraint import_difference_finding_check check (finding in ('accepted', 'rejected', 'closed', 'taken_back'));

-- Who asks for a pair to be resolved as one of a list. Another person's same list resolves it.
create table pair_request (
    no         bigint generated always as identity primary key,
    a          text not null references family,
    b          text not null references family,
    list       text not null check (list ~ '^[0-9a-f]{64}$'),   -- the digest of all its pairs and findings
    finding    text not null check (finding in ('same', 'different')),
    first_by   text not null,
    first_id   uuid not null unique references command,
    asked_on   date not null,
    second_by  text,
    second_id  uuid unique references command,
    settled_on date,
    result     text check (result in ('done', 'lapsed', 'withdrawn')),
    check (a < b),
    check ((settled_on is null) = (result is null)),
    check (coalesce(result = 'done', false) = (second_by is not null)),
    check ((second_by is null) = (second_id is null)),
    constraint pair_four_eyes check (second_by <> first_by and second_id <> first_id)
);
create unique index one_open_pair_request on pair_request (a, b) where settled_on is null;
create index on pair_request (a);
create index on pair_request (b);

-- +goose Down
