-- Records an item of which no case is known, and suggests families: by reference, else by name, else by representative.
create or replace function receive_post(in_command uuid, in_wait_until date, in_reference text, in_name text, in_representative text)
returns bigint language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    c command := own_command(in_command, 'post.receive');
    item_no bigint;
begin
    if c.office is null then
        raise exception 'this act belongs to a case' using errcode = 'insufficient_privilege';
    end if;
    insert into post_item (from_kind, received_on, wait_until, said_reference, said_name, said_representative, command_id)
        values (c.fields->>'from', c.attested_on, in_wait_until, in_reference, in_name, in_representative, c.id) returning no into item_no;
    insert into post_suggestion
        select item_no, x.case_ref, 'reference' from (
            select p.case_ref from person p where in_reference <> '' and p.home_office_ref = in_reference
            union select f.case_ref from family f where f.case_ref = in_reference) x;
    if not found and in_name <> '' then
        insert into post_suggestion
            select distinct item_no, p.case_ref, 'name' from person p join family f using (case_ref)
            where string_to_array(p.name_key, ' ') @> string_to_array(in_name, ' ')
              and (in_representative = '' or lower(f.representative) in ('', lower(in_representative)))
            order by p.case_ref limit 20;
    end if;
    if in_representative <> '' and not exists (select from post_suggestion s where s.item = item_no) then
        insert into post_suggestion
            select item_no, f.case_ref, 'representative' from family f
            where f.representative <> '' and lower(f.representative) = lower(in_representative)
              and not exists (select from review r where r.case_ref = f.case_ref and r.stage = 'closed')
            order by f.case_ref limit 20;
    end if;
    perform accept_command(c.id);
    return item_no;
end $$;
