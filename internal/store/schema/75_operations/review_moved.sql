-- Records how far a review has been moved: it runs where it belongs, and, where in_gone, nothing of it is left in the
-- other namespace. It does nothing where the review belongs elsewhere by now.
create or replace function review_moved(ref text, in_apart boolean, in_gone boolean) returns void
language plpgsql volatile security definer set search_path = hame, pg_temp as $$
begin
    -- A transaction that restricts the family at this moment, or lifts the restriction, waits for this row.
    perform from review_to_move m where m.case_ref = ref for update;
    if not exists (select from family f where f.case_ref = ref and f.restricted = in_apart) then
        update review_to_move m set claimed_until = '-infinity' where m.case_ref = ref;
    elsif in_gone then
        delete from review_to_move m where m.case_ref = ref and m.started;
    else
        update review_to_move m set started = true where m.case_ref = ref;
    end if;
end $$;
