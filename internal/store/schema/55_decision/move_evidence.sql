-- Moves evidence that was recorded since a merge to the file that was merged, about the same person there. Its number on
-- the file that stays is not given again. False if there is none, or if it is about somebody who is not on that file.
create or replace function move_evidence(in_other text, in_no int, in_evidence int) returns boolean
language plpgsql volatile security definer set search_path = hame, pg_temp as $$
declare
    stays text := (select m.into_ref from file_merge m join file_unmerge u using (other_ref, no)
                   where m.other_ref = in_other and m.no = in_no);
    e evidence;
    about int;
    new_no int;
begin
    select * into e from evidence x where x.case_ref = stays and x.no = in_evidence;
    select case when e.person_no = 0 then 0 else (select p.other_no from merge_person p where p.other_ref = in_other
        and p.merge_no = in_no and p.into_no = e.person_no) end into about;
    if e.no is null or about is null then
        return false;
    end if;
    new_no := 1 + greatest((select coalesce(max(x.no), 0) from evidence x where x.case_ref = in_other),
        struck_no('evidence', in_other));
    insert into evidence (case_ref, no, provider, person_no, result, received_on, command_id, kinds)
        values (in_other, new_no, e.provider, about, e.result, e.received_on, e.command_id, e.kinds);
    delete from evidence x where x.case_ref = stays and x.no = in_evidence;
    insert into merge_fact (other_ref, merge_no, kind, of_person, from_no, into_no)
        values (in_other, in_no, 'evidence', e.person_no, new_no, in_evidence);
    return true;
end $$;
