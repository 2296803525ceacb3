-- Keeps what an act changes of a fact: the row's key is the trigger's arguments. What no act changes is not kept: the
-- opening of a stage, a rung, an import. The session says which act it is doing (Tx.Command).
create or replace function note_change() returns trigger language plpgsql security definer
    set search_path = hame, pg_temp as $$
declare
    act uuid := nullif(current_setting('hame.act', true), '')::uuid;
    row_now jsonb := to_jsonb(new);
    row_was jsonb;
    became jsonb;
begin
    if act is null or session_user <> 'hame_worker' then
        return null;
    end if;
    if tg_op = 'UPDATE' then
        row_was := to_jsonb(old);
        select jsonb_object_agg(n.key, n.value), jsonb_object_agg(n.key, row_was->n.key) into became, row_was
            from jsonb_each(row_now) n where n.value is distinct from row_was->n.key;
        if became is null then
            return null;
        end if;
    else
        became := row_now;
    end if;
    insert into act_change (command_id, case_ref, of_table, key, was, became)
        select act, row_now->>'case_ref', tg_table_name, jsonb_object_agg(k, row_now->k), row_was, became
        from unnest(tg_argv) k;
    return null;
end $$;
