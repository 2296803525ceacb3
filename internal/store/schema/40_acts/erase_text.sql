-- Erases the text of an act. It takes two officers of operations: the first one's call asks for it, another person's
-- call, with the same reason, erases the text; neither wrote it. Both calls are acts in the chain of the same case. A
-- request that nobody confirms in time lapses (limit erasure_request). Returns 'asked' or 'erased'. What forbids an
-- erasure is looked at in both calls: a court's hold overrides it, and the texts of a decision stay until its case is
-- closed.
create or replace function erase_text(id uuid, target uuid, reason text) returns text language plpgsql security definer
    set search_path = hame, pg_temp as $$
declare
    today date := business_today();
    c command;
    blanked boolean;
    request erasure;
begin
    if not has_role('operations') then
        raise exception '% may not erase: it is for operations', session_user using errcode = 'insufficient_privilege';
    end if;
    select * into c from command x where x.id = erase_text.target;
    if c.id is null or (c.case_ref is not null and not may_see(c.case_ref)) then
        raise exception 'no such command' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    if reason is null then
        raise exception 'no reason' using errcode = 'check_violation', constraint = 'erasure_reason_check';
    end if;
    -- A hold opens at the listing; until then the imported flag stands for it.
    if exists (select from hold h where h.case_ref = c.case_ref and h.ground = 'court' and h.ended_on is null)
       or (exists (select from person_flag f where f.case_ref = c.case_ref and f.flag = 'judicial_review'
           and f.state <> 'off')
           and not exists (select from review r where r.case_ref = c.case_ref)) then
        raise exception 'a court hold is open' using errcode = 'check_violation', constraint = 'court_hold_stands';
    end if;
    -- The reasons of a decision are what a person appeals against.
    if c.kind ^@ 'decision.' and exists (select from review r where r.case_ref = c.case_ref
        and r.stage <> 'closed') then
        raise exception 'the case is not closed' using errcode = 'check_violation',
            constraint = 'reasons_may_be_appealed';
    end if;
    select t.body is null into blanked from command_text t where t.command_id = erase_text.target for update;
    if blanked is null then
        raise exception 'it has no text' using errcode = 'check_violation', constraint = 'act_has_no_text';
    elsif person_key(c.person) = person_key(my_person()) then
        raise exception 'it is their own' using errcode = 'check_violation', constraint = 'erases_own_text';
    elsif blanked then
        raise exception 'it is erased' using errcode = 'check_violation', constraint = 'text_is_erased';
    end if;

    select * into request from erasure e where e.target = erase_text.target and e.settled_on is null;
    if request.asked_on < today - limit_days('erasure_request') then
        update erasure e set result = 'lapsed', settled_on = today where e.no = request.no;
        request := null;
    elsif person_key(request.first_by) = person_key(my_person()) then
        if request.reason = erase_text.reason then
            raise exception 'asked for by the same person' using errcode = 'check_violation',
                constraint = 'erasure_four_eyes';
        end if;
        update erasure e set result = 'withdrawn', settled_on = today where e.no = request.no;
        request := null;
    elsif request.reason <> erase_text.reason then
        raise exception 'asked for with another reason' using errcode = 'check_violation',
            constraint = 'erasure_for_' || request.reason;
    end if;

    insert into command (id, case_ref, lane, office, kind, attested_on, fields)
    values (erase_text.id, c.case_ref, c.lane, c.office,
        'text.erase', today, jsonb_build_object('command', erase_text.target, 'reason', erase_text.reason))
    returning * into c;
    perform accept_command(c.id);
    if request.no is null then
        insert into erasure (target, reason, first_by, first_id, asked_on)
            values (erase_text.target, erase_text.reason, c.person, c.id, today);
        return 'asked';
    end if;
    update erasure e set result = 'done', second_by = c.person, second_id = c.id, settled_on = today
        where e.no = request.no;
    update command_text set body = null, salt = '' where command_id = erase_text.target;
    -- What was taken over from the text goes with it.
    update correction set old_value = null, new_value = null where command_id = erase_text.target;
    update post_item set said_reference = '', said_name = '', said_representative = ''
        where command_id = erase_text.target;
    return 'erased';
end $$;
