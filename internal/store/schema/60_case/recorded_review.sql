-- The same for operations, who restart a review from it.
create or replace function recorded_review(ref text) returns jsonb language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    if not has_role('operations') or not may_see(ref) then
        return null;
    end if;
    return review_state(ref);
end $$;
