-- Records that an act which the database does whole has been done.
create or replace function accept_command(in_id uuid) returns void language sql security definer
    set search_path = hame, pg_temp as $$
    insert into command_outcome (command_id, outcome, business_at) values (in_id, 'accepted', business_now())
$$;
