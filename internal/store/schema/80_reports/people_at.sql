-- The people of the families that had come in by an instant, as they were then on record: child or adult on the day on
-- which they came in, and what had become of each; an empty outcome is of those who wait. Who stands on a file of their
-- own waits here: how many have left is not told (process.md, Figures). What became of a person is the outcome
-- of the decision that stood then, else the administrative end.
create or replace function people_at(as_of timestamptz) returns table (case_ref text, no int, age text, outcome text)
language sql stable as $$
    with brought as (
        select a.key->>'case_ref' as case_ref, (a.key->>'no')::int as no, d.since, d.until,
            a.became->>'date_of_birth' as birth
        from act_change a join act_done d on d.id = a.command_id where a.of_table = 'person' and a.was is null),
    members as (
        select p.case_ref, p.no, p.date_of_birth as birth, f.imported_on as came_on
        from person p join imported_family f on f.case_ref = p.case_ref
        where f.imported_at <= as_of
          and not exists (select from brought b where b.case_ref = p.case_ref and b.no = p.no)
          and not exists (select from merge_person m where m.into_ref = p.case_ref and m.into_no = p.no and m.joined)
        union all
        -- Of somebody who was taken away again only the journal has the birth date.
        select b.case_ref, b.no, case when b.until is null then coalesce(p.date_of_birth, b.birth) else b.birth end,
            london_day(b.since)
        from brought b join imported_family f on f.case_ref = b.case_ref
        left join person p on p.case_ref = b.case_ref and p.no = b.no
        where b.since <= as_of and (b.until is null or b.until > as_of)
        union all
        -- Who joined because two files were merged is on both; parted again, only on their own.
        select m.into_ref, m.into_no, p.date_of_birth, london_day(g.merged_at)
        from merge_person m join file_merge g on g.other_ref = m.other_ref and g.no = m.merge_no
        join imported_family f on f.case_ref = m.into_ref
        join person p on p.case_ref = m.into_ref and p.no = m.into_no
        where m.joined and g.merged_at <= as_of and not exists (select from file_unmerge u
            where u.other_ref = m.other_ref and u.no = m.merge_no and u.unmerged_at <= as_of)),
    -- The birth date that was on record then, where it has been corrected since.
    corrected as (
        select distinct on (x.case_ref, x.person_no) x.case_ref, x.person_no, x.old_value
        from correction x join act_done d on d.id = x.command_id
        where x.field = 'date_of_birth' and d.took_effect > as_of
        order by x.case_ref, x.person_no, d.took_effect, x.no),
    decided as (
        select distinct on (d.case_ref) d.case_ref, d.no from decision d where d.signed_at <= as_of
        order by d.case_ref, d.no desc)
    select m.case_ref, m.no, age_on(coalesce(x.old_value, m.birth), m.came_on),
        case when o.outcome is not null and f.case_ref is null then o.outcome
             when e.outcome = 'ON_OWN_FILE' then '' else coalesce(e.outcome, '') end
    from members m
    left join corrected x on x.case_ref = m.case_ref and x.person_no = m.no
    left join decided d on d.case_ref = m.case_ref
    left join decision_outcome o on o.case_ref = m.case_ref and o.decision_no = d.no and o.person_no = m.no
    left join fallen_at(as_of) f on f.case_ref = m.case_ref and f.decision_no = d.no and f.person_no = m.no
    left join ends_at(as_of) e on e.case_ref = m.case_ref and e.person_no = m.no
$$;
