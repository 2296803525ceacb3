-- Erases the text of an act, on record: the act of erasing stands in the chain of
-- the same case. A court's hold overrides it.
create or replace function erase_text(id uuid, target uuid, reason text) returns void language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    c command;
    blanked boolean;
begin
    if not has_role('operations') then
        raise exception '% may not erase: it is for operations', session_user using errcode = 'insufficient_privilege';
    end if;
    select * into c from command x where x.id = target;
    if c.id is null or (c.case_ref is not null and not may_see(c.case_ref)) then
        raise exception 'no such command' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    if reason is null or reason not in ('retention', 'data_subject', 'wrong_file') then
        raise exception 'no such reason' using errcode = 'check_violation', constraint = 'erasure_reason';
    end if;
    -- A hold opens at the listing; until then the imported flag stands for it.
    if exists (select from hold h where h.case_ref = c.case_ref and h.ground = 'court' and h.ended_on is null)
       or (exists (select from person_flag f where f.case_ref = c.case_ref and f.flag = 'judicial_review' and f.state <> 'off')
           and not exists (select from review r where r.case_ref = c.case_ref)) then
        raise exception 'a court hold is open' using errcode = 'check_violation', constraint = 'court_hold_stands';
    end if;
    -- The reasons of a decision are what a person appeals against.
    if c.kind ^@ 'decision.' and exists (select from review r where r.case_ref = c.case_ref and r.stage <> 'closed') then
        raise exception 'the case is not closed' using errcode = 'check_violation', constraint = 'reasons_may_be_appealed';
    end if;
    select t.body is null into blanked from command_text t where t.command_id = target for update;
    if blanked is null then
        raise exception 'it has no text' using errcode = 'check_violation', constraint = 'act_has_no_text';
    elsif blanked then
        raise exception 'it is erased' using errcode = 'check_violation', constraint = 'text_is_erased';
    end if;
    insert into command (id, case_ref, lane, office, kind, attested_on, fields)
    values (erase_text.id, c.case_ref, c.lane, c.office, 'text.erase', (business_now() at time zone 'Europe/London')::date,
            jsonb_build_object('command', target, 'reason', reason));
    insert into command_outcome (command_id, outcome, business_at) values (erase_text.id, 'accepted', business_now());
    update command_text set body = null, salt = '' where command_id = target;
    -- What was taken over from the text goes with it.
    update correction set old_value = null, new_value = null where command_id = target;
    update post_item set said_reference = '', said_name = '', said_representative = '' where command_id = target;
end $$;
