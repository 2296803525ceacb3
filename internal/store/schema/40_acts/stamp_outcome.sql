-- A command has one outcome. This waits for the chain's head. If an outcome is there already, it adds no link, and the
-- primary key refuses the row.
create or replace function stamp_outcome() returns trigger
language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    about text;
begin
    select chain_subject(c) into about from command c where c.id = new.command_id;
    new.recorded_at := clock_timestamp();
    perform from chain_head h where h.subject = about for update;
    if exists (select from command_outcome o where o.command_id = new.command_id) then
        new.chain_n := 0;
        new.chain_hash := '';
        return new;
    end if;
    select a.n, a.hash into new.chain_n, new.chain_hash from chain_append(about, chain_content(new)) a;
    return new;
end $$;
