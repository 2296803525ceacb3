-- Merges what the session has staged under a batch, in the caller's transaction. A new family whose reference another
-- one has, or had before its import was taken back, gets one of the spare ones. batch_no is the number by which
-- officers name the import. pairs counts the pairs of files that may be one family, as far as they were not known and
-- the officer may see both files. The work memory is for joining a whole file with the record.
create or replace function import_merge(in_batch uuid, in_file_digest text, in_synthetic boolean, in_imported_on date,
    in_duplicates_due date,
        in_person_facts text[], in_family_facts text[], in_spare text[],
        out created int, out unchanged int, out changed int, out kept_back int, out kept_refs text[],
        out pairs int, out batch_no int)
language plpgsql security definer set search_path = hame, pg_temp set work_mem = '64MB' as $$
declare
    people int;
    known text[];
begin
    if not has_role('operations') then
        raise exception '% may not import', session_user using errcode = 'insufficient_privilege';
    end if;
    begin
        lock table import_batch in share row exclusive mode nowait;
    exception when lock_not_available then
        raise exception 'another import is running, or being taken back' using errcode = 'check_violation',
            constraint = 'one_import_at_a_time';
    end;
    if in_synthetic and not (select synthetic from programme) then
        if exists (select from family) then
            raise exception 'a synthetic backlog cannot be mixed with real families' using errcode = 'check_violation',
                constraint = 'synthetic_or_real';
        end if;
        update programme set synthetic = true;
    elsif not in_synthetic and (select synthetic from programme) then
        raise exception 'this database is marked synthetic; real families do not belong in it'
            using errcode = 'check_violation', constraint = 'synthetic_or_real';
    end if;
    analyze import_staging;
    analyze import_staging_person;

    -- A file brought again keeps the references it was given.
    update import_staging s set case_ref = f.case_ref from family f
        where s.batch = in_batch and s.login = session_user and f.family_key = s.family_key;
    with taken as (
        select s.ord, row_number() over () as n from import_staging s
        where s.batch = in_batch and s.login = session_user
          and (exists (select from family f where f.case_ref = s.case_ref and f.family_key <> s.family_key)
               or exists (select from family_taken_back t where t.case_ref = s.case_ref))),
    spare as (
        select x as ref, row_number() over () as n from unnest(in_spare) x
            where not exists (select from family f where f.case_ref = x)
              and not exists (select from family_taken_back t where t.case_ref = x))
    update import_staging s set case_ref = spare.ref from taken join spare using (n)
        where s.batch = in_batch and s.login = session_user and s.ord = taken.ord;
    if exists (select from import_staging s where s.batch = in_batch and s.login = session_user
               and (exists (select from family f where f.case_ref = s.case_ref and f.family_key <> s.family_key)
                    or exists (select from family_taken_back t where t.case_ref = s.case_ref))) then
        raise exception 'a reference was drawn twice' using errcode = 'unique_violation',
            constraint = 'reference_taken';
    end if;
    select count(*) filter (where f.digest = s.digest),
           count(*) filter (where f.digest <> s.digest and r.case_ref is null),
           count(*) filter (where f.digest <> s.digest and r.case_ref is not null),
           array_agg(s.case_ref) filter (where f.digest <> s.digest and r.case_ref is not null and may_see(s.case_ref)),
           count(*) filter (where f.case_ref is null)
        into unchanged, changed, kept_back, kept_refs, created
        from import_staging s left join family f using (case_ref) left join listing r using (case_ref)
        where s.batch = in_batch and s.login = session_user;
    select count(*) into people from import_staging_person p where p.batch = in_batch and p.login = session_user;
    batch_no := 1 + coalesce((select max(b.no) from import_batch b), 0);
    insert into import_batch (id, no, imported_on, synthetic, file_digest, person, families, people, created, unchanged,
            changed, kept_back)
        values (in_batch, batch_no, in_imported_on, in_synthetic, in_file_digest, my_person(),
            created + unchanged + changed + kept_back, people, created, unchanged, changed, kept_back);

    -- What has changed under an open review is left alone, and each difference is kept for a caseworker to accept or
    -- reject. One that was found before, whatever became of it, is not asked again.
    insert into import_difference (case_ref, no, batch, person_no, field, old_value, new_value, found_on)
    select d.case_ref, coalesce((select max(x.no) from import_difference x where x.case_ref = d.case_ref), 0)
               + row_number() over (partition by d.case_ref order by d.person_no, d.field, d.new_value),
           in_batch, d.person_no, d.field, d.old_value, d.new_value, in_imported_on
    from (
        with kept as (
            select s.case_ref, s.ord, to_jsonb(s) as family from import_staging s join family f using (case_ref)
                join listing l using (case_ref)
            where s.batch = in_batch and s.login = session_user and f.digest <> s.digest),
        members as (
            select k.case_ref, m as staged, to_jsonb(m) as member, p.no as no, to_jsonb(p) as person
            from kept k join import_staging_person m on m.batch = in_batch and m.login = session_user and m.ord = k.ord
            left join person p on p.case_ref = k.case_ref and p.person_key = m.person_key)
        select k.case_ref, 0 as person_no, x.field, coalesce(to_jsonb(f)->>x.field, '') as old_value,
            coalesce(k.family->>x.field, '') as new_value
        from kept k join family f using (case_ref) cross
            join unnest(in_family_facts || array['council', 'lane']) x (field)
        union all
        select m.case_ref, m.no, x.field, coalesce(m.person->>x.field, ''), coalesce(m.member->>x.field, '')
        from members m cross join unnest(in_person_facts
            || array['relationship', 'own_claim', 'claim_status', 'claim_status_on', 'last_interview_on']) x (field)
        where m.no is not null
        union all
        select m.case_ref, 0, 'person_added', '', staged_member(m.staged)::text from members m where m.no is null
        union all
        select p.case_ref, p.no, 'person_gone', p.person_key, '' from person p join kept k using (case_ref)
        where not exists (select from members m where m.case_ref = p.case_ref and m.no = p.no)
        union all
        select m.case_ref, m.no, 'flag_added', '', g from members m cross join lateral unnest((m.staged).flags) g
        where m.no is not null and not exists (select from person_flag x where x.case_ref = m.case_ref and x.no = m.no
            and x.flag = g)
        ) d
    where d.old_value <> d.new_value
      -- What a file says of those who have left this one is not for its staff, and adds nobody back.
      and not exists (select from left_file e where e.case_ref = d.case_ref and e.person_no = d.person_no)
      and not (d.field = 'person_added' and exists (
          select from left_file e join person p on p.case_ref = e.case_ref and p.no = e.person_no
          where e.case_ref = d.case_ref and (p.home_office_ref <> '' and p.home_office_ref = d.new_value::jsonb->>'home_office_ref'
              or p.name_key <> '' and p.name_key = d.new_value::jsonb->>'name_key'
                  and p.date_of_birth = d.new_value::jsonb->>'date_of_birth')))
      and not exists (select from import_difference x where x.case_ref = d.case_ref and x.person_no = d.person_no
          and x.field = d.field
                      and x.new_value = d.new_value and x.finding is distinct from 'taken_back');

    delete from import_staging s using family f left join listing r using (case_ref)
        where s.batch = in_batch and s.login = session_user and s.case_ref = f.case_ref
            and (f.digest = s.digest or r.case_ref is not null);
    if changed > 0 then
        -- A flag that the file does not have any more stays: a later file lifts no restriction and no hold. Each is a
        -- difference, which a caseworker settles once the family is listed. Of a person who is not in the file any more
        -- it is the family's.
        with gone as (
            select s.case_ref, p.ord, coalesce(p.no, 0) as no, x.flag
            from import_staging s
            join person o on o.case_ref = s.case_ref
            join person_flag x on x.case_ref = o.case_ref and x.no = o.no and x.state <> 'off'
            left join import_staging_person p on p.batch = in_batch and p.login = session_user and p.ord = s.ord
                and p.person_key = o.person_key
            where s.batch = in_batch and s.login = session_user and not coalesce(x.flag = any (p.flags), false)),
        kept as (
            insert into import_difference (case_ref, no, batch, person_no, field, old_value, new_value, found_on)
            select g.case_ref, coalesce((select max(d.no) from import_difference d where d.case_ref = g.case_ref), 0)
                       + row_number() over (partition by g.case_ref order by g.no, g.flag),
                   in_batch, g.no, 'flag_gone', g.flag, '', in_imported_on
            from gone g
            where not exists (select from import_difference d where d.case_ref = g.case_ref and d.field = 'flag_gone'
                              and d.person_no = g.no and d.old_value = g.flag
                              and d.finding is distinct from 'taken_back'))
        update import_staging_person p set flags = p.flags || f.flags
            from (select g.ord, g.no, array_agg(g.flag) as flags from gone g group by 1, 2) f
            where p.batch = in_batch and p.login = session_user and p.ord = f.ord and p.no = f.no;
        with looked_for_again as (
            delete from duplicate_candidate d where d.resolved_on is null
                and (d.a in (select s.case_ref from import_staging s
                             where s.batch = in_batch and s.login = session_user)
                     or d.b in (select s.case_ref from import_staging s
                                where s.batch = in_batch and s.login = session_user))
            returning d.a, d.b)
        select array_agg(distinct g.a || ' ' || g.b) into known from looked_for_again g;
        delete from person_flag p using import_staging s where s.batch = in_batch and s.login = session_user
            and s.case_ref = p.case_ref;
        delete from person p using import_staging s where s.batch = in_batch and s.login = session_user
            and s.case_ref = p.case_ref;
    end if;

    insert into family (case_ref, family_key, lane, council, area, address, postcode, phone, email, representative,
                        representative_contact, support, restricted, digest, batch, first_batch, imported_on)
    select s.case_ref, s.family_key, s.lane, s.council, s.area, s.address, s.postcode, s.phone, s.email,
        s.representative,
           s.representative_contact, s.support, s.restricted, s.digest, in_batch, in_batch,
           in_imported_on
    from import_staging s where s.batch = in_batch and s.login = session_user
    on conflict (case_ref) do update set lane = excluded.lane, council = excluded.council, area = excluded.area,
        address = excluded.address,
        postcode = excluded.postcode, phone = excluded.phone, email = excluded.email,
            representative = excluded.representative,
        representative_contact = excluded.representative_contact, support = excluded.support,
            restricted = family.restricted or excluded.restricted,
        digest = excluded.digest, batch = excluded.batch;

    insert into person (case_ref, no, person_key, relationship, home_office_ref, family_name, given_names, name_key,
        date_of_birth, sex,
        nationality, birth_country, born_in_scotland, arrived_on, claim_date, own_claim, claim_status, claim_status_on,
            last_interview_on,
        language, interpreter, school, responsible_adult)
    select s.case_ref, p.no, p.person_key, p.relationship, p.home_office_ref, p.family_name, p.given_names, p.name_key,
        p.date_of_birth, p.sex,
        p.nationality, p.birth_country, p.born_in_scotland, p.arrived_on, p.claim_date, p.own_claim, p.claim_status,
            p.claim_status_on,
        p.last_interview_on, p.language, p.interpreter, p.school, p.responsible_adult
    from import_staging s join import_staging_person p on p.batch = in_batch and p.login = session_user
        and p.ord = s.ord
    where s.batch = in_batch and s.login = session_user;

    insert into person_flag (case_ref, no, flag)
    select distinct s.case_ref, p.no, f from import_staging s
        join import_staging_person p on p.batch = in_batch and p.login = session_user and p.ord = s.ord,
            unnest(p.flags) f
        where s.batch = in_batch and s.login = session_user;

    -- A file that changes much of the record changes the plans of everything that reads it.
    if created + changed > 10000 then
        analyze family;
        analyze person;
        analyze person_flag;
    end if;

    with found as (
        insert into duplicate_candidate (a, b, why, due_on)
        select distinct least(d.x, d.y), greatest(d.x, d.y), d.why, in_duplicates_due
        from (
            select n.case_ref as x, o.case_ref as y, o.no, 'home_office_ref' as why
            from import_staging s join person n on n.case_ref = s.case_ref
                join person o on o.home_office_ref = n.home_office_ref
            where s.batch = in_batch and s.login = session_user and n.home_office_ref <> '' and o.home_office_ref <> ''
                and o.case_ref <> n.case_ref
              and n.home_office_ref ~ '[0-9]' -- words such as "see file" are in many files and name no family
            union all
            select n.case_ref, o.case_ref, o.no, 'name_and_birth_date'
            from import_staging s join person n on n.case_ref = s.case_ref join person o on o.name_key = n.name_key
                and o.date_of_birth = n.date_of_birth
            where s.batch = in_batch and s.login = session_user and n.name_key <> '' and o.name_key <> ''
                and n.date_of_birth <> '' and o.case_ref <> n.case_ref
              and not (n.home_office_ref <> '' and o.home_office_ref = n.home_office_ref)) d
        where not exists (select from left_file e where e.case_ref = d.y and e.person_no = d.no)
        on conflict do nothing
        returning a, b)
    select count(*) into pairs from (select distinct f.a, f.b from found f) f
        join case_sight x on x.case_ref = f.a and x.sight is not null
        join case_sight y on y.case_ref = f.b and y.sight is not null
        where not exists (select from unnest(known) k where k = f.a || ' ' || f.b)
          and not exists (select from duplicate_candidate d where d.a = f.a and d.b = f.b);

    delete from import_staging s where s.batch = in_batch and s.login = session_user;
    delete from import_staging_person p where p.batch = in_batch and p.login = session_user;
end $$;
