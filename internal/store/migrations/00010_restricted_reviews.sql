-- +goose Up
-- The reviews of restricted families run in a namespace of Temporal of their own, which fewer people read.

-- Whether the review runs there. What runs for the case in the other namespace changes nothing on the record.
alter table review add column apart boolean not null default false;

-- The reviews that run, or have runs, in the namespace that is not theirs any more, until the worker has moved them.
create table review_to_move (
    case_ref      text primary key references review,
    asked_at      timestamptz not null default clock_timestamp(),
    -- Whether it runs where it belongs; its old runs are then still to be deleted. Until it does, no act is delivered
    -- to it.
    started       boolean not null default false,
    -- Until then a worker moves it. The claim of a worker that died lapses.
    claimed_until timestamptz not null default '-infinity'
);
-- Few families are restricted: where their reviews stand is found without reading all of either table.
create index restricted_family on family (case_ref) where restricted;
create index review_apart on review (case_ref) where apart;

-- What was recorded of contacts is looked for by its case.
create index on contact (case_ref);

insert into review_to_move (case_ref) select r.case_ref from review r join family f using (case_ref) where f.restricted;

-- +goose Down
