-- Refuses a strike that the acts on record do not bear out. An act may be without its outcome: it gets that in the same transaction.
create or replace function strike_by_acts() returns trigger language plpgsql set search_path = hame, pg_temp as $$
declare
    wrong text;
begin
    if tg_op = 'DELETE' or (tg_op = 'UPDATE' and (old.result is not null
        or (old.command_id, old.case_ref, old.reason, old.first_by, old.first_id, old.takes_two)
            is distinct from
            (new.command_id, new.case_ref, new.reason, new.first_by, new.first_id, new.takes_two))) then
        raise exception 'a strike stands as it is' using errcode = 'insufficient_privilege';
    end if;
    wrong := wrong_of_strike(new);
    if wrong <> '' then
        raise exception '%', wrong using errcode = 'check_violation', constraint = 'strike_by_acts';
    end if;
    return null;
end $$;
