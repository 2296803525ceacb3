-- A command has one outcome, and its chain one link for it. Whoever tells of a
-- second one, as a worker's sweep may beside the review, has taken the chain's
-- lock when it is seen that there is one: the chain is left as it stands, and the
-- row meets the primary key.
create or replace function stamp_outcome() returns trigger language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    subject text;
begin
    select chain_subject(c) into subject from command c where c.id = new.command_id;
    new.recorded_at := clock_timestamp();
    perform pg_advisory_xact_lock(hashtextextended('hame.chain.' || subject, 0));
    if exists (select from command_outcome o where o.command_id = new.command_id) then
        new.chain_n := 0;
        new.chain_hash := '';
        return new;
    end if;
    select a.n, a.hash into new.chain_n, new.chain_hash from chain_append(subject, chain_content(new)) a;
    return new;
end $$;
