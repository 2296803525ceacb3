-- Two officers set or clear public_harm (process.md, Four eyes). Their last request decides; an older one does not
-- count. A confirmed flag can't become an allegation again.
create or replace function public_harm_takes_two() returns trigger language plpgsql
    set search_path = hame, pg_temp as $$
begin
    if new.flag = 'public_harm'
       and (case tg_op when 'INSERT' then new.state <> 'alleged'
                       else old.state <> new.state and (new.state <> 'alleged' or old.state = 'confirmed') end)
       and coalesce((select r.wanted from flag_request r where r.case_ref = new.case_ref and r.person_no = new.no
           and r.flag = new.flag
                       and r.result = 'done' order by r.id desc limit 1), 'none')
           <> (case new.state when 'off' then 'off' when 'confirmed' then 'on' else 'by nobody' end) then
        raise exception 'public_harm takes two officers' using errcode = 'check_violation',
            constraint = 'flag_four_eyes';
    end if;
    return new;
end $$;
