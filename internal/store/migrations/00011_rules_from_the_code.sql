-- +goose Up
-- What functions of the database must know of the rules in the code. Set-up writes these tables from the code, as it
-- writes act_role.

-- Time limits in days: casefile.DatabaseLimits.
create table time_limit (
    name text primary key,
    days int  not null check (days > 0)
);

-- The kinds of task, and whether their last day can be missed.
create table task_kind (
    kind          text primary key,
    can_be_missed boolean not null
);

-- In which role somebody plays a part on a case.
create table part_role (
    part text primary key,
    role text not null
);

-- The places of the families that waited when their lane was last drawn, and the day on which each would then be listed.
-- Restricted families have none and are not counted. A family that did not wait at that draw has no number.
create table waiting_place (
    case_ref   text primary key references family,
    lane       text not null,
    n          int,           -- its place, from 1
    waiting    int  not null, -- families in all
    listing_on date not null,
    drawn_on   date not null
);
create unique index on waiting_place (lane, n);

-- +goose Down
drop table waiting_place;
drop table part_role;
drop table task_kind;
drop table time_limit;
