-- The representations that had reached the Home Office by an instant, each once, and how it was answered by then:
-- accepted, rejected, more (asked for more), or waiting. A merge copies one that waits to the file that stays: an
-- answer there is the answer to the one that was received.
create or replace function representations_at(as_of timestamptz) returns table (case_ref text, by_minister boolean,
    answer text)
language sql stable as $$
    with recursive received as (
        select a.key->>'case_ref' as case_ref, (a.key->>'no')::int as no,
            bool_or(d.kind = 'representation.send') as by_minister
        from act_change a join act_done d on d.id = a.command_id
        where a.of_table = 'representation' and d.kind in ('representation.receive', 'representation.send')
          and a.became->>'received_on' is not null and d.since <= as_of and (d.until is null or d.until > as_of)
        group by 1, 2),
    copies as (
        select r.case_ref, r.no, r.case_ref as at_ref, r.no as at_no from received r
        union
        select c.case_ref, c.no, m.into_ref, f.into_no::int
        from copies c join merge_fact f on f.kind = 'representation' and f.other_ref = c.at_ref and f.from_no = c.at_no
        join file_merge m on m.other_ref = f.other_ref and m.no = f.merge_no),
    answers as (
        select distinct on (c.case_ref, c.no) c.case_ref, c.no, d.fields->>'answer' as answer
        from copies c join act_done d on d.kind = 'representation.answer' and d.case_ref = c.at_ref
            and d.subject_no = c.at_no
        where d.since <= as_of and (d.until is null or d.until > as_of)
        order by c.case_ref, c.no, d.since desc, d.id desc)
    select r.case_ref, r.by_minister, coalesce(a.answer, 'waiting')
    from received r left join answers a on a.case_ref = r.case_ref and a.no = r.no
$$;
