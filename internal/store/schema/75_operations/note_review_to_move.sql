-- A review that runs where its family does not belong, since the family was or was not restricted, is to be moved.
create or replace function note_review_to_move() returns trigger
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    insert into review_to_move (case_ref)
        select r.case_ref from review r join family f using (case_ref) where r.case_ref = new.case_ref
            and r.apart <> f.restricted
        on conflict (case_ref) do nothing;
    -- Restricted once more while its runs in the other namespace were being deleted: they are not all gone.
    update review_to_move m set started = false where m.case_ref = new.case_ref
        and exists (select from review r join family f using (case_ref) where r.case_ref = new.case_ref
            and r.apart <> f.restricted);
    return null;
end $$;
