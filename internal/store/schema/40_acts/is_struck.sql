-- Whether an act was struck.
create or replace function is_struck(in_command uuid) returns boolean language sql stable as $$
    select exists (select from strike s where s.command_id = in_command and s.result = 'struck')
$$;
