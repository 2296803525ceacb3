-- How good a suggestion is: the kind that comes first counts, and the others only where there is none of it.
create or replace function best_suggestion(why text) returns int
language sql immutable as $$
    select array_position(array['reference', 'name', 'representative'], why)
$$;
