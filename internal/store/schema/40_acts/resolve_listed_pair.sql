-- Resolves a pair as one of a list, which takes two persons: the first one's act asks for it, and another person's act
-- with the same list resolves it (resolve_duplicate). A request that nobody confirms in time lapses (limit
-- pair_request). Returns asked or resolved, and of two files that are one family the one that is held.
create or replace function resolve_listed_pair(in_command uuid, in_review_on date, out became text, out held text)
language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    c command := own_command(in_command, 'duplicate.resolve');
    today date := business_today();
    other text := c.fields->>'other';
    one text := least(c.case_ref, other);
    two text := greatest(c.case_ref, other);
    request pair_request;
    state text;
begin
    if c.fields->>'list' is null then
        raise exception 'this act is not one of a list' using errcode = 'insufficient_privilege';
    elsif not may_see(other) then
        raise exception 'no such case' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    -- Two officers at once come one after the other.
    perform from duplicate_candidate d where d.a = one and d.b = two for update;
    state := pair_state(one, two);
    if state is null then
        raise exception 'not a pair' using errcode = 'check_violation', constraint = 'not_a_candidate';
    elsif (state, c.fields->>'finding') in (('held', 'same'), ('merged', 'same'), ('different', 'different')) then
        raise exception 'it is resolved so' using errcode = 'check_violation', constraint = 'pair_is_resolved';
    end if;

    select * into request from pair_request q where q.a = one and q.b = two and q.settled_on is null;
    if request.asked_on < today - limit_days('pair_request') then
        update pair_request q set result = 'lapsed', settled_on = today where q.no = request.no;
        request := null;
    elsif person_key(request.first_by) = person_key(c.person) then
        if request.list = c.fields->>'list' then
            raise exception 'asked for by the same person' using errcode = 'check_violation',
                constraint = 'pair_four_eyes';
        end if;
        update pair_request q set result = 'withdrawn', settled_on = today where q.no = request.no;
        request := null;
    elsif request.list <> c.fields->>'list' or request.finding <> c.fields->>'finding' then
        raise exception 'asked for in another list' using errcode = 'check_violation',
            constraint = 'pair_in_another_list';
    end if;
    if request.no is null then
        insert into pair_request (a, b, list, finding, first_by, first_id, asked_on)
            values (one, two, c.fields->>'list', c.fields->>'finding', c.person, c.id, today);
        perform accept_command(c.id);
        became := 'asked';
        return;
    end if;
    update pair_request q set result = 'done', second_by = c.person, second_id = c.id, settled_on = today
        where q.no = request.no;
    held := resolve_duplicate(in_command, in_review_on);
    became := 'resolved';
end $$;
