-- Gives the worker a comparison to make: one that was asked for, or the daily one. Null where none is due. The claim of
-- a worker that died lapses.
create or replace function claim_comparison() returns bigint language plpgsql volatile security definer
    set search_path = hame, pg_temp as $$
declare
    taken bigint;
begin
    if not exists (select from comparison c where c.asked_at > clock_timestamp() - interval '1 day') then
        insert into comparison (asked_by) values (session_user);
    end if;
    update comparison set claimed_until = clock_timestamp() + interval '10 minutes', began_at = clock_timestamp()
        where no = (select c.no from comparison c where c.finished_at is null and c.claimed_until <= clock_timestamp()
                    order by c.no limit 1 for update skip locked)
        returning no into taken;
    return taken;
end $$;
