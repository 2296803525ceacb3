-- Puts people of a family on a file of their own, whose reference nothing else has, and returns false if another file
-- has it. What stays with the family is not copied: its evidence, its representations, its address and representative.
-- Of each person the facts, flags, settled interviews, security checks, holds and what stands at the court go along. What was alleged is an
-- allegation there. It is the worker's, in the act of the second of two officers.
create or replace function split_family(in_ref text, in_own text, in_people int[], in_leads int, in_walled boolean,
    in_first text, in_second text, in_command uuid, in_at timestamptz, in_today date) returns boolean
language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    claimed text;
begin
    if not exists (select from second_request q where q.case_ref = in_ref and q.first_id = in_command
        and q.act = 'case.split' and q.result = 'done' and q.first_by = in_first and q.second_by = in_second) then
        raise exception 'it takes two officers' using errcode = 'check_violation', constraint = 'done_by_two';
    end if;
    if exists (select from family f where f.case_ref = in_own)
       or exists (select from family_taken_back t where t.case_ref = in_own) then
        return false;
    end if;
    insert into family (case_ref, family_key, lane, council, support, restricted, digest, batch, first_batch, imported_on)
        select in_own, 'file of its own ' || gen_random_uuid(), f.lane, f.council, f.support, f.restricted or in_walled,
            '', f.batch, f.first_batch, f.imported_on
        from family f where f.case_ref = in_ref;
    -- The wait of those who leave counts from the same day.
    update family n set imported_at = f.imported_at from family f where f.case_ref = in_ref and n.case_ref = in_own;
    select min(nullif(p.claim_date, '')) into claimed from person p where p.case_ref = in_ref;
    insert into person (case_ref, no, person_key, relationship, home_office_ref, family_name, given_names, name_key,
            date_of_birth, sex, nationality, birth_country, born_in_scotland, arrived_on, claim_date, own_claim,
            claim_status, claim_status_on, last_interview_on, language, interpreter, school, responsible_adult,
            child_when_listed, joined_on)
        select in_own, x.no, 'parted ' || x.no, case when p.no = in_leads then 'principal'
                when p.relationship in ('principal', 'former_principal') then 'other_dependant' else p.relationship end,
            p.home_office_ref, p.family_name, p.given_names, p.name_key, p.date_of_birth, p.sex, p.nationality,
            p.birth_country, p.born_in_scotland, p.arrived_on,
            case when p.no = in_leads then coalesce(least(claimed, nullif(p.claim_date, '')), '') else p.claim_date end,
            p.own_claim or p.no = in_leads, p.claim_status, p.claim_status_on, p.last_interview_on, p.language,
            p.interpreter, '', '', p.child_when_listed, p.joined_on
        from (select n, row_number() over (order by n <> in_leads, n) as no from unnest(in_people) n) x
        join person p on p.case_ref = in_ref and p.no = x.n;
    insert into split (case_ref, no, own_ref, walled, named, split_at, first_by, second_by, command_id)
        select in_ref, 1 + coalesce(max(s.no), 0), in_own, in_walled, in_first, in_at, in_first, in_second, in_command
        from split s where s.case_ref = in_ref;
    insert into split_person (own_ref, own_no, case_ref, person_no)
        select in_own, x.no, in_ref, x.n
        from (select n, row_number() over (order by n <> in_leads, n) as no from unnest(in_people) n) x;
    insert into person_flag (case_ref, no, flag, state)
        select in_own, s.own_no, f.flag, case when f.flag = 'public_harm' then 'alleged' else f.state end
        from split_person s join person_flag f on f.case_ref = s.case_ref and f.no = s.person_no and f.state <> 'off'
        where s.own_ref = in_own;
    if in_walled then
        insert into person_flag (case_ref, no, flag, state) values (in_own, 1, 'restricted', 'confirmed')
            on conflict (case_ref, no, flag) do update set state = excluded.state;
    end if;
    insert into security_check (case_ref, person_no, no, requested_on, done_on, result, valid_until)
        select in_own, s.own_no, row_number() over (partition by s.own_no order by c.no), c.requested_on, c.done_on,
            c.result, c.valid_until
        from split_person s join security_check c on c.case_ref = s.case_ref and c.person_no = s.person_no
        where s.own_ref = in_own and c.done_on is not null;
    insert into interview (case_ref, person_no, held_on, adverse, put_on, command_id)
        select in_own, s.own_no, i.held_on, i.adverse, i.put_on, gen_random_uuid()
        from split_person s join interview i on i.case_ref = s.case_ref and i.person_no = s.person_no
        where s.own_ref = in_own and i.adverse in ('none', 'answered');
    -- What a flag holds is held anew when the review opens.
    insert into hold (case_ref, person_no, ground, opened_on, review_on)
        select in_own, s.own_no, h.ground, in_today, h.review_on
        from split_person s join hold h on h.case_ref = s.case_ref and h.person_no = s.person_no
        where s.own_ref = in_own and h.ended_on is null and h.ground not in ('duplicate', 'court', 'further_submissions')
          and not exists (select from person_flag f where f.case_ref = in_own and f.no = s.own_no
              and f.flag = h.ground);
    -- What stands at the court about somebody goes with them, what stands about the family is about both files: whom a
    -- court protects it protects on either.
    insert into proceeding (case_ref, no, person_no, kind, lodged_on, lodged_at)
        select in_own, row_number() over (order by p.no), coalesce(s.own_no, 0), p.kind, p.lodged_on, p.lodged_at
        from proceeding p left join split_person s on s.own_ref = in_own and s.person_no = p.person_no
        where p.case_ref = in_ref and p.ended_on is null and (p.person_no = 0 or s.own_no is not null);
    update proceeding p set ended_on = in_today, result = 'parted', ended_by = in_command
        from split_person s where s.own_ref = in_own and p.case_ref = in_ref and p.person_no = s.person_no
          and p.ended_on is null;
    insert into hold (case_ref, person_no, ground, opened_on, review_on)
        select in_own, 0, h.ground, in_today, h.review_on
        from hold h where h.case_ref = in_ref and h.person_no = 0 and h.ground = 'court' and h.ended_on is null;
    insert into listing (case_ref, lane, drawn_at, listing_date, why)
        select in_own, f.lane, in_at, in_today, 'a file of its own' from family f where f.case_ref = in_own;
    return true;
end $$;
