-- Does a case.arrival: what arrived for a closed case was read, and changes nothing. In a rehearsal it was filed by the
-- clock of the review, which is ahead of the programme's.
create or replace function settle_arrival(in_command uuid) returns void language plpgsql security definer
    set search_path = hame, pg_temp as $$
declare
    c command := own_command(in_command, 'case.arrival');
begin
    if exists (select from post_item i where i.case_ref = c.case_ref and i.read_on is null) then
        raise exception 'an item is unread' using errcode = 'check_violation', constraint = 'read_it_first';
    end if;
    update task set closed_at = greatest(business_now(), opened_at), result = c.fields->>'finding',
            attested_on = c.attested_on
        where case_ref = c.case_ref and kind = 'closed.arrival' and closed_at is null;
    if not found then
        raise exception 'nothing has arrived' using errcode = 'check_violation', constraint = 'nothing_arrived';
    end if;
    perform accept_command(c.id);
end $$;
