-- Gives back a review that could not be moved yet, to be tried again in a second.
create or replace function put_back_review_to_move(ref text) returns void
language sql volatile security definer set search_path = hame, pg_temp as $$
    update review_to_move set claimed_until = clock_timestamp() + interval '1 second' where case_ref = ref
$$;
