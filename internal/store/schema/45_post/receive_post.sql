-- Records an item whose case is not known, and suggests families: by reference, by name and by representative. An
-- item of that day, from there and with the same words, that waits unlinked is asked back. Items without words can't be
-- told apart, and none of them is.
create or replace function receive_post(in_command uuid, in_wait_until date, in_reference text, in_name text,
    in_representative text)
returns bigint language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    c command := own_command(in_command, 'post.receive');
    item_no bigint;
begin
    if c.office is null then
        raise exception 'this act belongs to a case' using errcode = 'insufficient_privilege';
    end if;
    if concat(in_reference, in_name, in_representative) <> '' and c.fields->>'confirmed' is distinct from 'true'
       and exists (select from post_item o where o.case_ref is null and o.dismissed_on is null
           and o.from_kind = c.fields->>'from'
                   and o.received_on = c.attested_on and o.said_reference = in_reference and o.said_name = in_name
                   and o.said_representative = in_representative) then
        raise exception 'it is on record' using errcode = 'check_violation', constraint = 'post_twice';
    end if;
    insert into post_item (from_kind, received_on, wait_until, said_reference, said_name, said_representative,
        command_id)
        values (c.fields->>'from', c.attested_on, in_wait_until, in_reference, in_name, in_representative, c.id)
            returning no into item_no;
    -- Each kind is looked for whatever else was found, and of the families that the session's login does not see as
    -- many again: what it is shown does not tell of a restricted case.
    insert into post_suggestion (item, case_ref, why)
    select item_no, found.case_ref, found.why
    from (
        select x.case_ref, x.why,
               row_number() over (partition by x.why, sight_of(x.case_ref) = 'file' order by x.case_ref) as place
        from (
            select p.case_ref, 'reference' as why from person p where in_reference <> ''
                and p.home_office_ref = in_reference
                and not exists (select from left_file e where e.case_ref = p.case_ref and e.person_no = p.no)
            union
            select f.case_ref, 'reference' from family f where f.case_ref = in_reference
            union
            select p.case_ref, 'name' from person p join family f using (case_ref)
            where in_name <> '' and string_to_array(p.name_key, ' ') @> string_to_array(in_name, ' ')
              and (in_representative = '' or lower(f.representative) in ('', lower(in_representative)))
              -- What comes for those who have left a file is not read on it.
              and not exists (select from left_file e where e.case_ref = p.case_ref and e.person_no = p.no)
            union
            select f.case_ref, 'representative' from family f
            where in_representative <> '' and f.representative <> ''
                and lower(f.representative) = lower(in_representative)
              and not exists (select from review r where r.case_ref = f.case_ref and r.stage = 'closed')) x) found
    where found.place <= 20;
    perform accept_command(c.id);
    return item_no;
end $$;
