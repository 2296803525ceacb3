-- Says that two files are the same family, or not. Of two that are, the one that is under review stays, else the one
-- with the earlier claim; the other is held, with a date, until the two are merged. Said again of a held one, the hold
-- is reviewed. Two files that were found to be two families can be found to be one later, and the reverse. An act that
-- names a list resolves a pair only for the second of two officers (resolve_listed_pair). Returns the held one.
create or replace function resolve_duplicate(in_command uuid, in_review_on date) returns text
    language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    c command := own_command(in_command, 'duplicate.resolve');
    other text := c.fields->>'other';
    second text;
    first_file text;
begin
    if c.fields ? 'list' and not exists (select from pair_request q where q.second_id = c.id and q.result = 'done') then
        raise exception 'a pair of a list takes two officers' using errcode = 'insufficient_privilege';
    end if;
    if not may_see(other) then
        raise exception 'no such case' using errcode = 'foreign_key_violation', constraint = 'no_such_case';
    end if;
    if pair_state(c.case_ref, other) = 'merged' then
        raise exception 'they are merged' using errcode = 'check_violation', constraint = 'pair_is_merged';
    end if;
    -- What an officer asked of the pair as one of a list is overtaken.
    update pair_request q set result = 'lapsed', settled_on = c.attested_on
        where q.a = least(c.case_ref, other) and q.b = greatest(c.case_ref, other) and q.settled_on is null;
    update duplicate_candidate set resolved_on = c.attested_on, resolution = c.fields->>'finding',
        resolved_by = c.person
        where a = least(c.case_ref, other) and b = greatest(c.case_ref, other) and resolved_on is null;
    if not found then
        -- The hold of a second file comes up for review: it is held on, or let go.
        update hold h set review_on = case c.fields->>'finding' when 'same' then in_review_on else h.review_on end,
                          ended_on = case c.fields->>'finding' when 'different' then c.attested_on end
            where h.ground = 'duplicate' and h.ended_on is null
              and ((h.case_ref = c.case_ref and h.same_as = other) or (h.case_ref = other and h.same_as = c.case_ref))
            returning h.case_ref into second;
        -- A pair is what it was found to be last. Two families can be found to be one after all.
        if second is not null or c.fields->>'finding' = 'same' then
            update duplicate_candidate set resolved_on = c.attested_on, resolution = c.fields->>'finding',
                resolved_by = c.person
                where a = least(c.case_ref, other) and b = greatest(c.case_ref, other);
        end if;
        if second is not null then
            perform accept_command(c.id);
            return case c.fields->>'finding' when 'same' then second end;
        elsif not found then
            raise exception 'not a pair' using errcode = 'check_violation', constraint = 'not_a_candidate';
        end if;
    end if;
    if c.fields->>'finding' = 'same' then
        select f.case_ref into first_file
            from family f left join listing l using (case_ref) join person p on p.case_ref = f.case_ref
                and p.relationship = 'principal'
            where f.case_ref in (c.case_ref, other)
            order by l.drawn_at nulls last, nullif(p.claim_date, '') nulls last, f.imported_on, f.case_ref limit 1;
        second := case first_file when other then c.case_ref else other end;
        insert into hold (case_ref, person_no, ground, opened_on, review_on, same_as)
            values (second, 0, 'duplicate', c.attested_on, in_review_on, first_file) on conflict do nothing;
    end if;
    perform accept_command(c.id);
    return second;
end $$;
