-- +goose Up
-- What is asked every half a minute, or about one case, is found by an index however large the record is.

-- A case's file and timeline tell of closed tasks too.
create index on task (case_ref);
create index expired_commands on command_outcome (command_id) where outcome = 'expired';

-- Commands without an outcome, so that the worker's sweep need not look through all that were ever given. The chains,
-- and what verify finds, rest on command and command_outcome alone.
create table undelivered (command_id uuid primary key);
insert into undelivered select c.id from command c where not exists (select from command_outcome o where o.command_id = c.id);

-- +goose StatementBegin
create function note_undelivered() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    insert into undelivered (command_id) values (new.id);
    return null;
end $$;

create function strike_undelivered() returns trigger language plpgsql security definer set search_path = hame as $$
begin
    delete from undelivered u where u.command_id = new.command_id;
    return null;
end $$;
-- +goose StatementEnd
create trigger undelivered after insert on command for each row execute function note_undelivered();
create trigger undelivered after insert on command_outcome for each row execute function strike_undelivered();

-- +goose Down
