-- Asks the worker what a rule set would say of every family, and returns the number of the question.
create or replace function ask_what_if(in_rule_set text, in_params jsonb, in_against text) returns bigint
language plpgsql volatile security definer set search_path = hame, pg_temp as $$
declare
    asked bigint;
begin
    if not may_ask_what_if() then
        raise exception '% may not ask what other rules would say', session_user
            using errcode = 'insufficient_privilege';
    end if;
    -- What one login has asked and the worker has not answered is bounded [D].
    if (select count(*) from what_if w where w.asked_by = session_user and w.finished_at is null) >= 5 then
        raise exception 'five questions wait' using errcode = 'check_violation', constraint = 'what_ifs_wait';
    end if;
    insert into what_if (asked_by, rule_set, params, against, on_day)
        values (session_user, in_rule_set, in_params, in_against, business_today()) returning no into asked;
    return asked;
end $$;
