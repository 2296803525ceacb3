-- A decision is of the author of its proposal, and a second officer on it is one who recorded that they agree, after
-- the proposal was recorded: no program signs for anybody.
create or replace function decision_as_signed() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if not exists (
        select from proposal p join command c on c.id = p.command_id
        where p.case_ref = new.case_ref and p.no = new.proposal_no and p.author = new.author
          and (new.second is null
               or exists (select from command a
                          where a.case_ref = new.case_ref and a.kind = 'decision.agree' and a.person = new.second
                            and a.chain_n > c.chain_n
                            and not exists (select from command_outcome o
                                            where o.command_id = a.id and o.outcome <> 'accepted')))) then
        raise exception 'nobody signed this' using errcode = 'check_violation', constraint = 'decision_as_signed';
    end if;
    return null;
end $$;
