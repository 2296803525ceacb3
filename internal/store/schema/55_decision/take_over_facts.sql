-- Takes the facts of a merged file over to the file that stays: evidence, under numbers of its own; representations that
-- wait for an answer; unread post; and of each child the last signed welfare check, if both files are one council's,
-- there is none as new, and no report waits to be signed. Who wrote and signed a check stands on the merged file. What
-- is about somebody whose part had ended there stays there. Returns what was taken over.
create or replace function take_over_facts(in_other text, in_no int) returns setof merge_fact
language plpgsql volatile set search_path = hame, pg_temp as $$
declare
    stays text := (select m.into_ref from file_merge m where m.other_ref = in_other and m.no = in_no);
    given bigint := (select coalesce(max(f.id), 0) from merge_fact f);
begin
    with new_no as (
        select e.*, coalesce(p.into_no, 0) as of_person,
            greatest(coalesce((select max(o.no) from evidence o where o.case_ref = stays), 0), struck_no('evidence', stays))
                + row_number() over (order by e.no) as into_no
        from evidence e left join merge_person p on p.other_ref = in_other and p.merge_no = in_no
            and p.other_no = e.person_no
        where e.case_ref = in_other and (e.person_no = 0 or p.into_no is not null)),
    kept as (
        insert into evidence (case_ref, no, provider, person_no, result, received_on, command_id, kinds)
        select stays, n.into_no, n.provider, n.of_person, n.result, n.received_on, n.command_id, n.kinds from new_no n)
    insert into merge_fact (other_ref, merge_no, kind, of_person, from_no, into_no)
        select in_other, in_no, 'evidence', n.of_person, n.no, n.into_no from new_no n order by n.no;
    with new_no as (
        select r.*, greatest(coalesce((select max(o.no) from representation o where o.case_ref = stays), 0),
                struck_no('representation', stays)) + row_number() over (order by r.no) as into_no
        from representation r
        where r.case_ref = in_other and r.received_on is not null and coalesce(r.answer, 'more') = 'more'),
    kept as (
        insert into representation (case_ref, no, from_kind, letter, document, received_on)
        select stays, n.into_no, n.from_kind, n.letter, n.document, n.received_on from new_no n)
    insert into merge_fact (other_ref, merge_no, kind, from_no, into_no)
        select in_other, in_no, 'representation', n.no, n.into_no from new_no n order by n.no;
    with signed as (
        select distinct on (p.into_no) w.*, p.into_no,
            (select coalesce(max(o.no), 0) + 1 from welfare_check o where o.case_ref = stays and o.person_no = p.into_no)
                as new_no
        from welfare_check w join merge_person p on p.other_ref = in_other and p.merge_no = in_no
            and p.other_no = w.person_no
        where w.case_ref = in_other and w.signed_on is not null
          and (select f.council from family f where f.case_ref = in_other)
            = (select f.council from family f where f.case_ref = stays)
          and not exists (select from welfare_check o where o.case_ref = stays and o.person_no = p.into_no
              and (o.signed_on >= w.signed_on or o.reported_on is not null and o.signed_on is null
                  and o.returned_on is null))
        order by p.into_no, w.signed_on desc, w.no desc),
    kept as (
        insert into welfare_check (case_ref, person_no, no, assigned_to, assigned_on, reported_on, findings, signed_on)
        select stays, s.into_no, s.new_no, '', s.assigned_on, s.reported_on, s.findings, s.signed_on from signed s)
    insert into merge_fact (other_ref, merge_no, kind, of_person, from_no, into_no)
        select in_other, in_no, 'welfare', s.into_no, s.no, s.new_no from signed s;
    with moved as (
        update post_item i set case_ref = stays
            where i.case_ref = in_other and i.read_on is null and i.dismissed_on is null returning i.no)
    insert into merge_fact (other_ref, merge_no, kind, from_no, into_no)
        select in_other, in_no, 'post', m.no, m.no from moved m order by m.no;
    return query select f.* from merge_fact f where f.id > given and f.other_ref = in_other order by f.id;
end $$;
