-- One of the session's own commands, with its outcome if it has one. Nobody
-- reads another's through it, for staff have no other way to the table.
create or replace function my_command(in_id uuid) returns table (case_ref text, kind text, outcome text, detail jsonb,
    revision int)
language sql stable security definer set search_path = hame, pg_temp as $$
    select c.case_ref, c.kind, o.outcome, o.detail, o.revision
    from command c left join command_outcome o on o.command_id = c.id
    where c.id = in_id and c.login = session_user
$$;
