-- Whether a letter went to the family's representative while letters also go to the one before, who was not sent it
-- (domain.md 6.3). Of the day of the change itself, what was recorded after it counts: before, it went to the former
-- one alone.
create or replace function owed_to_former(ref text, letter int) returns boolean language plpgsql stable
    set search_path = hame, pg_temp as $$
begin
    return (
        select exists (select from letter_sent s join representative_change w on w.case_ref = s.case_ref
                and s.sent_on between w.changed_on and w.both_until
                and (s.sent_on > w.changed_on or (select c.chain_n from command c where c.id = s.command_id)
                    > (select c.chain_n from command c where c.id = w.command_id))
            where s.case_ref = ref and s.no = letter and s.to_whom = 'representative' and s.returned_on is null
              and not exists (select from letter_sent f where f.case_ref = ref and f.no = letter
                  and f.to_whom = 'former_representative'))
    );
end $$;
