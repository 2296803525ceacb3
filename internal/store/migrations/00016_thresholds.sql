-- +goose Up
-- Thresholds of time that an open review has met: a child's years of residence, an eighteenth birthday and its
-- warnings, a check that lapsed. A row says that one fired, and is written once. Which are to come follows from the
-- facts; what has fired stays as it was then believed, also if a fact is corrected later.

create table threshold (
    case_ref    text not null,
    person_no   int  not null,
    kind        text not null check (kind in ('three_years', 'seven_years', 'ten_years', 'eighteen_in_six_months',
                    'eighteen_in_three_months', 'eighteen', 'security_check_lapsed', 'welfare_check_lapsed')),
    -- The day from which it is so, by what was then on record.
    on_day      date not null,
    -- The business instant at which it fired.
    fired_at    timestamptz not null,
    -- The lane's rule set that was in force on its day (C12); the review's own is pinned to it.
    rule_set    text not null references rule_set,
    -- Whether the decision was signed then: the crossing is then recorded, and nothing follows from it.
    signed      boolean not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (case_ref, person_no, kind, on_day),
    -- Not person: somebody whose joining was struck is not of the family any more, and this stays on record.
    foreign key (case_ref) references review
);

-- What the evidence shows of the lives that people live here, in codes beside how much came.
alter table evidence add column kinds text[] not null default '{}',
    add constraint kinds_of_life check (kinds <@ array['school', 'sport', 'music', 'exams', 'work', 'faith', 'friends']),
    add constraint nothing_held_shows_nothing check (result <> 'nothing_held' or kinds = '{}');

-- +goose Down
