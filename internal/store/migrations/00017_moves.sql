-- +goose Up
-- What comes to a family while its review runs: proceedings at the court, another representative, another council, and
-- what is submitted after the decision.

-- What was lodged at the court, and how it ended. While anything stands, a hold on ground court stands with it.
create table proceeding (
    case_ref   text not null references review,
    no         int  not null,
    person_no  int  not null,   -- 0 for the family
    kind       text not null check (kind in ('judicial_review', 'interim_interdict')),
    lodged_on  date not null,
    lodged_at  text not null default '' check (lodged_at = '' or lodged_at ~ '^[0-2][0-9]:[0-5][0-9]$'),
    command_id uuid not null references command,
    ended_on   date,
    result     text check (result in ('dismissed', 'reduced', 'withdrawn', 'recalled', 'mistake')),
    ended_by   uuid references command,
    -- The decision that the court has quashed.
    fell       int,
    primary key (case_ref, no),
    check (num_nulls(ended_on, result, ended_by) in (0, 3)),
    check (fell is null or result = 'reduced'),
    foreign key (case_ref, fell) references decision
);

-- +goose Down
