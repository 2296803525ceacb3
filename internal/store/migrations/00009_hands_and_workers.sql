-- +goose Up
-- What takes two persons, the acts by which they did it, and since when workers are here.

-- Who asked for a flag did it by an act on record.
alter table flag_request add foreign key (command_id) references command;

-- Who asked that a text be erased, and who was the second.
create table erasure (
    no         bigint generated always as identity primary key,
    target     uuid not null references command,   -- the act whose text it is
    reason     text not null check (reason in ('retention', 'data_subject', 'wrong_file')),
    first_by   text not null,
    first_id   uuid not null unique references command,
    asked_on   date not null,
    second_by  text,
    second_id  uuid unique references command,
    settled_on date,
    result     text check (result in ('done', 'lapsed', 'withdrawn', 'done_by_one')),
    check ((settled_on is null) = (result is null)),
    check ((result = 'done') = (second_by is not null)),
    check ((second_by is null) = (second_id is null)),
    constraint erasure_four_eyes check (second_by <> first_by and second_id <> first_id)
);
create unique index one_open_erasure on erasure (target) where settled_on is null;
create index on erasure (target);

-- Before this table one officer was enough.
insert into erasure (target, reason, first_by, first_id, asked_on, settled_on, result)
select (c.fields->>'command')::uuid, c.fields->>'reason', c.person, c.id, c.attested_on, c.attested_on, 'done_by_one'
from command c where c.kind = 'text.erase';

-- Since when workers have been here without a break.
alter table worker_seen add column since timestamptz;
