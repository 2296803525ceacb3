-- Hands back what a merge had taken over, once two officers have parted the files: copies of what the merged file has
-- still, post that nobody has read, allegations that nobody has dealt with, and each claim date that nobody has
-- corrected since. A representation that was answered stays, also if the answer was that there is more to say. Returns
-- what was taken over, but for what stays.
create or replace function hand_back_facts(in_other text, in_no int) returns setof merge_fact
language plpgsql volatile security definer set search_path = hame, pg_temp as $$
declare
    stays text := parted_from(in_other, in_no);
begin
    delete from evidence e using merge_fact f where f.other_ref = in_other and f.merge_no = in_no and f.kind = 'evidence'
        and e.case_ref = stays and e.no = f.into_no;
    delete from representation r using merge_fact f where f.other_ref = in_other and f.merge_no = in_no
        and f.kind = 'representation' and r.case_ref = stays and r.no = f.into_no and r.answer is null;
    delete from welfare_check w using merge_fact f where f.other_ref = in_other and f.merge_no = in_no
        and f.kind = 'welfare' and w.case_ref = stays and w.person_no = f.of_person and w.no = f.into_no;
    delete from person_flag p using merge_fact f where f.other_ref = in_other and f.merge_no = in_no and f.kind = 'flag'
        and p.case_ref = stays and p.no = f.of_person and p.flag = f.code and p.state = f.became and f.was = '';
    update person_flag p set state = 'off' from merge_fact f where f.other_ref = in_other and f.merge_no = in_no
        and f.kind = 'flag' and p.case_ref = stays and p.no = f.of_person and p.flag = f.code and p.state = f.became
        and f.was = 'off';
    update person p set claim_date = f.was from merge_fact f where f.other_ref = in_other and f.merge_no = in_no
        and f.kind = 'claim' and p.case_ref = stays and p.no = f.of_person and p.claim_date = f.became;
    update post_item i set case_ref = in_other from merge_fact f where f.other_ref = in_other and f.merge_no = in_no
        and f.kind = 'post' and i.no = f.into_no and i.case_ref = stays and i.read_on is null;
    return query select f.* from merge_fact f where f.other_ref = in_other and f.merge_no = in_no
        and not (f.kind = 'representation' and exists (select from representation r where r.case_ref = stays
            and r.no = f.into_no))
        order by f.id;
end $$;
