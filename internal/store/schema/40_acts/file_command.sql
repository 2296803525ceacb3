-- What arrives for a closed case is kept with it.
create or replace function file_command(id uuid, due date, next_at timestamptz, wait_until date, in_version text, in_provisional boolean) returns void
language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    c command;
begin
    perform keep_gate_open();
    if in_version is distinct from calendar_in_force() then
        raise exception 'another calendar has come into force' using errcode = 'serialization_failure';
    end if;
    if exists (select from command_outcome o where o.command_id = file_command.id) then
        return; -- sent again: it is filed already
    end if;
    c := own_command(file_command.id, (select x.kind from command x where x.id = file_command.id));
    if not exists (select from review r where r.case_ref = c.case_ref and r.stage = 'closed')
       or not exists (select from act_role a where a.act = c.kind and a.filed) then
        raise exception 'only what arrives for a closed case is filed' using errcode = 'insufficient_privilege';
    end if;
    if c.kind = 'post.receive' then
        insert into post_item (from_kind, received_on, wait_until, case_ref, linked_on, command_id)
            values (c.fields->>'from', c.attested_on, file_command.wait_until, c.case_ref, c.attested_on, c.id);
    elsif c.kind = 'post.link' then
        update post_item set case_ref = c.case_ref, linked_on = c.attested_on
            where no = (c.fields->>'item')::bigint and case_ref is null and dismissed_on is null;
        if not found then
            raise exception 'no unlinked item has this number' using errcode = 'check_violation', constraint = 'no_such_item';
        end if;
    elsif c.kind = 'post.read' then
        update post_item set read_on = c.attested_on
            where no = (c.fields->>'item')::bigint and case_ref = c.case_ref and read_on is null;
        if not found then
            raise exception 'no unread item has this number' using errcode = 'check_violation', constraint = 'no_such_item';
        end if;
    end if;
    insert into command_outcome (command_id, outcome, business_at) values (c.id, 'filed', business_now());
    if c.kind <> 'post.read' then
        insert into task (case_ref, kind, subject, stage, awaiting, began, days, unit, calendar, calendar_version, due_on, provisional, opened_at, next_rung, next_no, next_at)
            values (c.case_ref, 'closed.arrival', 0, 'closed', 'senior_caseworker', c.attested_on, 5, 'working', 'england-and-wales', in_version,
                    due, in_provisional, business_now(), 'due', 0, file_command.next_at)
            on conflict do nothing;
    end if;
end $$;
