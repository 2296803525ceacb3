-- A listed family's council is another only when that one has accepted it.
create or replace function moved_by_an_act() returns trigger language plpgsql set search_path = hame, pg_temp as $$
begin
    if session_user = 'hame_worker' and new.council is distinct from (select m.to_council from council_move m
        where m.case_ref = new.case_ref and m.result = 'accepted' order by m.no desc limit 1) then
        raise exception 'moved_by_an_act: no council has accepted it' using errcode = 'check_violation',
            constraint = 'moved_by_an_act';
    end if;
    return new;
end $$;
