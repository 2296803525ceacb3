-- +goose Up
-- Between which days a family that waits is expected to be decided, as of the last draw: with 10 and 90 percent. Null if
-- too little is recorded to say.
alter table waiting_place add column decided_early date, add column decided_late date;

-- +goose Down
alter table waiting_place drop column decided_early, drop column decided_late;
