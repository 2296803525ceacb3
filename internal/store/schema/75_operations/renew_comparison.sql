-- Renews the worker's claim on a comparison that it goes on with. False where its claim has lapsed, or it is finished.
create or replace function renew_comparison(in_no bigint) returns boolean language plpgsql volatile security definer
    set search_path = hame, pg_temp as $$
begin
    update comparison set claimed_until = clock_timestamp() + interval '10 minutes'
        where no = in_no and finished_at is null and claimed_until > clock_timestamp();
    return found;
end $$;
