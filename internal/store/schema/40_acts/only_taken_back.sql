-- What an act changed stays as it was kept, but for the striking of that act, or of an earlier one: then the value
-- before is that of the last act that stands.
create or replace function only_taken_back() returns trigger language plpgsql set search_path = hame, pg_temp as $$
begin
    if tg_op = 'DELETE' or (old.command_id, old.case_ref, old.of_table, old.key, old.became)
        is distinct from (new.command_id, new.case_ref, new.of_table, new.key, new.became)
        or old.taken_back is not null then
        raise exception 'what an act changed is kept' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
