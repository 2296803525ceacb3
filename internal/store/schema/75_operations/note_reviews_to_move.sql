-- Notes every review that is to be moved and that no trigger has noted: a family became restricted in one transaction
-- while its review was being opened in another, and neither saw the other.
create or replace function note_reviews_to_move() returns void language sql volatile security definer
    set search_path = hame, pg_temp as $$
    insert into review_to_move (case_ref) select m.case_ref from review_misplaced m on conflict (case_ref) do nothing
$$;
