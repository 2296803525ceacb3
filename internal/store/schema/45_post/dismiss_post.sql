-- Does a post.dismiss: an item that belongs to no case is put away, with the reason.
create or replace function dismiss_post(in_command uuid) returns void language plpgsql security definer
    set search_path = hame, pg_temp as $$
declare
    c command := own_command(in_command, 'post.dismiss');
begin
    update post_item set dismissed_on = c.attested_on, dismissed_why = c.fields->>'reason'
        where no = (c.fields->>'item')::bigint and case_ref is null and dismissed_on is null and c.office is not null;
    if not found then
        raise exception 'no unlinked item has this number' using errcode = 'check_violation',
            constraint = 'no_such_item';
    end if;
    perform accept_command(c.id);
end $$;
