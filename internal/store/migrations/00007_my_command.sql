-- +goose Up
-- A list of cases that was typed again after it stopped half way finds what it
-- had recorded.

-- +goose StatementBegin
-- One of the session's own commands, with its outcome if it has one. Nobody
-- reads another's through it, for staff have no other way to the table.
create function my_command(in_id uuid) returns table (case_ref text, kind text, outcome text, detail jsonb, revision int)
language sql stable security definer set search_path = hame as $$
    select c.case_ref, c.kind, o.outcome, o.detail, o.revision
    from command c left join command_outcome o on o.command_id = c.id
    where c.id = in_id and c.login = session_user
$$;
-- +goose StatementEnd

-- +goose Down
