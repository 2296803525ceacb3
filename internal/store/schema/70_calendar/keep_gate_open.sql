-- Holds off a change of calendar until the transaction ends.
create or replace function keep_gate_open() returns void language plpgsql volatile security definer
    set search_path = hame, pg_temp as $$
begin
    lock table calendar_gate in row share mode;
end $$;
