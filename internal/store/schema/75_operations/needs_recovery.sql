-- Whether the last comparison found that the review of a case does not run as the record has it. Operations may then
-- recover it, also where they may not see the case. That a case is restricted is no reason.
create or replace function needs_recovery(ref text) returns boolean language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return exists (select from comparison_finding f
        where f.case_ref = ref and f.rule <> 'restricted reviews stand apart'
            and f.comparison = (select max(c.no) from comparison c where c.finished_at is not null));
end $$;
