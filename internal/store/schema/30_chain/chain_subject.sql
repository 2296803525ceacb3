-- What a command's chain is about.
create or replace function chain_subject(c command) returns text language sql immutable as $$
    select coalesce(c.case_ref, c.lane, c.office)
$$;
