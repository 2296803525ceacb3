-- Gives the worker a review to move to the namespace where it belongs, and has it run there from now on: what still
-- runs for it elsewhere changes nothing on the record any more. No row where none is to be moved.
create or replace function claim_review_to_move() returns table (case_ref text, apart boolean, started boolean,
    closed boolean)
language plpgsql volatile security definer set search_path = hame, pg_temp as $$
#variable_conflict use_column
declare
    at timestamptz := clock_timestamp();
    ref text;
begin
    update review_to_move set claimed_until = at + interval '30 seconds'
        where case_ref = (select m.case_ref from review_to_move m where m.claimed_until <= at
            order by m.asked_at limit 1 for update skip locked)
        returning case_ref into ref;
    if ref is null then
        return;
    end if;
    update review r set apart = f.restricted from family f where r.case_ref = ref and f.case_ref = ref
        and r.apart <> f.restricted;
    if found then -- it starts anew there, however far it had come in the other namespace
        update review_to_move set started = false where case_ref = ref;
    end if;
    return query select r.case_ref, r.apart, m.started, r.stage = 'closed'
        from review r join review_to_move m using (case_ref) where r.case_ref = ref;
end $$;
