-- Whether adverse material was answered, at that interview or a later one.
create or replace function answered(i interview) returns boolean language plpgsql stable as $$
begin
    return (
    select i.adverse = 'answered' or exists (
        select from interview a where a.case_ref = i.case_ref and a.person_no = i.person_no and a.adverse = 'answered'
            and a.held_on >= greatest(i.held_on, i.put_on))
    );
end $$;
