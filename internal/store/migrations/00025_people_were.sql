-- +goose Up
-- How many people an unlisted family had before a later import brought other ones, or before its own import was taken
-- back: for figures as of an instant before that. No birth date is kept.
create table people_were (
    case_ref text not null,
    until    timestamptz not null,
    adults   int  not null,
    children int  not null,
    unknown  int  not null   -- whose birth date was not known
);
create index on people_were (case_ref, until);
-- Figures read what an act changed of these tables, whichever case it was.
create index changes_for_figures on act_change (of_table, command_id)
    where of_table in ('person', 'person_end', 'decision_outcome', 'representation', 'archive');

-- +goose Down
