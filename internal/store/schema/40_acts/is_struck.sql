-- Whether an act was struck.
create or replace function is_struck(in_command uuid) returns boolean language plpgsql stable as $$
begin
    return (
        select exists (select from strike s where s.command_id = in_command and s.result = 'struck')
    );
end $$;
