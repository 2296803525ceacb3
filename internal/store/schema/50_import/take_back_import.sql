-- Takes an import back, with every family that it brought in. It takes two officers of operations: the first one's
-- call asks for it, another person's call, with the same reason, does it. Both calls are acts in the chain of the
-- backlog. A request that nobody confirms in time lapses (limit take_back_request). The reason "stands" settles a
-- request, for the import was no mistake. Returns asked, taken_back, withdrawn or stands; or stopped, with the reasons
-- (import_stops). An import that is stopped is left whole.
create or replace function take_back_import(in_id uuid, in_no int, in_reason text, out became text, out families int,
    out people int, out later_imports int, out settled_differences int, out listed int, out acts int, out held int,
    out later int, out standing int, out hidden int, out cases text[])
language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    today date := business_today();
    now timestamptz := business_now();
    me text := my_person();
    b import_batch;
    c command;
    request import_take_back;
    ended bigint;   -- an earlier request, which this act ends
    ended_as text;
    stops record;
begin
    if not has_role('operations') then
        raise exception '% may not take an import back: it is for operations', session_user
            using errcode = 'insufficient_privilege';
    end if;
    if coalesce(in_reason, '') not in ('wrong_file', 'old_file', 'test_file', 'stands') then
        raise exception 'no such reason' using errcode = 'check_violation',
            constraint = 'import_take_back_reason_check';
    end if;
    begin
        lock table import_batch in share row exclusive mode nowait;
    exception when lock_not_available then
        raise exception 'an import is running, or being taken back' using errcode = 'check_violation',
            constraint = 'one_import_or_taking_back';
    end;
    select * into b from import_batch x where x.no = in_no;
    if b.id is null then
        raise exception 'no such import' using errcode = 'check_violation', constraint = 'no_such_import';
    elsif b.taken_back_at is not null then
        raise exception 'it is taken back' using errcode = 'check_violation', constraint = 'import_taken_back';
    end if;

    select * into request from import_take_back q where q.batch = b.id and q.settled_on is null;
    if request.asked_on < today - limit_days('take_back_request') then
        ended := request.no;
        ended_as := 'lapsed';
        request := null;
    end if;
    if in_reason = 'stands' then
        if request.no is null then
            raise exception 'nobody asks for it' using errcode = 'check_violation',
                constraint = 'no_take_back_asked_for';
        end if;
        became := case when person_key(request.first_by) = person_key(me) then 'withdrawn' else 'stands' end;
    elsif person_key(request.first_by) = person_key(me) then
        if request.reason = in_reason then
            raise exception 'asked for by the same person' using errcode = 'check_violation',
                constraint = 'take_back_four_eyes';
        end if;
        ended := request.no;
        ended_as := 'withdrawn';
        request := null;
    elsif request.reason <> in_reason then
        raise exception 'asked for with another reason' using errcode = 'check_violation',
            constraint = 'take_back_for_' || request.reason;
    end if;

    if became is null then
        -- No family is drawn meanwhile, and nothing new refers to one. Who waits for these locks finds no family.
        perform from lane_lock l order by l.lane for update;
        perform from family f where f.first_batch = b.id order by f.case_ref for update;
        select * into stops from import_stops(b.id);
        if stops.listed + stops.acts + stops.held + stops.later + stops.standing + stops.hidden > 0 then
            became := 'stopped';
            listed := stops.listed;
            acts := stops.acts;
            held := stops.held;
            later := stops.later;
            standing := stops.standing;
            hidden := stops.hidden;
            cases := stops.cases;
            return;
        end if;
        select count(*) into families from family f where f.first_batch = b.id;
        select count(*) into people from person p join family f using (case_ref) where f.first_batch = b.id;
        select count(*) into later_imports from import_batch x where x.no > b.no and x.taken_back_at is null;
        select count(*) into settled_differences from import_difference d
            where d.batch = b.id and d.finding in ('accepted', 'rejected');
    end if;

    insert into command (id, office, kind, attested_on, fields)
    values (in_id, 'backlog', 'backlog.take-back', today, jsonb_build_object('import', in_no, 'reason', in_reason))
    returning * into c;
    perform accept_command(c.id);
    update import_take_back q set result = ended_as, settled_on = today where q.no = ended;
    case
    when became = 'withdrawn' then
        update import_take_back q set result = 'withdrawn', settled_on = today where q.no = request.no;
        return;
    when became = 'stands' then
        update import_take_back q set result = 'stands', second_by = c.person, second_id = c.id, settled_on = today
            where q.no = request.no;
        return;
    when request.no is null then
        insert into import_take_back (batch, reason, first_by, first_id, asked_on)
            values (b.id, in_reason, c.person, c.id, today);
        became := 'asked';
        return;
    else
        became := 'taken_back';
    end case;
    update import_take_back q set result = 'done', second_by = c.person, second_id = c.id, settled_on = today
        where q.no = request.no;
    update import_batch x set taken_back_at = now, taken_back_first = request.first_by, taken_back_second = c.person
        where x.id = b.id;
    -- What the file said of families that were there before waits for nobody any more.
    update import_difference d set finding = 'taken_back', command_id = c.id where d.batch = b.id and d.finding is null;
    insert into family_taken_back (case_ref, batch, lane, council, restricted, imported_at, until)
        select f.case_ref, b.id, f.lane, f.council, f.restricted, f.imported_at, now
        from family f where f.first_batch = b.id;
    delete from import_difference d using family f where f.case_ref = d.case_ref and f.first_batch = b.id;
    delete from duplicate_candidate d using family f where f.case_ref in (d.a, d.b) and f.first_batch = b.id;
    delete from post_suggestion s using family f where f.case_ref = s.case_ref and f.first_batch = b.id;
    delete from waiting_place w using family f where f.case_ref = w.case_ref and f.first_batch = b.id;
    delete from person_flag p using family f where f.case_ref = p.case_ref and f.first_batch = b.id;
    delete from person p using family f where f.case_ref = p.case_ref and f.first_batch = b.id;
    delete from family f where f.first_batch = b.id;
    -- A synthetic file marks a new database. Without any family, and before a lane was started, the mark goes with it.
    if b.synthetic and not exists (select from family) and not exists (select from backlog_lane) then
        update programme p set synthetic = false where p.business_now is null;
    end if;
end $$;
