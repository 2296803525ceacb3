-- Takes back what an act made of the facts, because it was struck: a row that it made is gone, and a value that it
-- changed is again what it was before, or stays if a later act that stands has changed it since. What is taken back
-- stays in act_change.
create or replace function take_back(in_strike bigint) returns void language plpgsql security definer
    set search_path = hame, pg_temp as $$
declare
    struck strike;
    e act_change;
    c text;
    later bigint;
    restored text[] := '{}';
    at_row text;
    assignments text[];
begin
    select * into struck from strike s where s.no = in_strike and s.result = 'struck';
    if struck.no is null then
        raise exception 'strike % does not stand', in_strike;
    end if;
    set constraints one_principal deferred; -- a claim passes back to whom it was
    for e in select * from act_change a where a.command_id = struck.command_id and a.taken_back is null
        and a.was is not null order by a.id
    loop
        assignments := '{}';
        for c in select k from jsonb_object_keys(e.was) k
            join pg_attribute p on p.attrelid = e.of_table::regclass and p.attname = k and p.attgenerated = ''
        loop
            at_row := e.of_table || e.key::text || c;
            continue when at_row = any (restored);
            restored := restored || at_row;
            select l.id into later from act_change l
                where l.of_table = e.of_table and l.key = e.key and l.id > e.id and l.command_id <> e.command_id
                    and l.taken_back is null and l.was ? c
                order by l.id limit 1;
            if later is not null then
                update act_change l set was = l.was || jsonb_build_object(c, e.was->c) where l.id = later;
                continue;
            end if;
            assignments := assignments || format('%1$I = (jsonb_populate_record(null::%2$I, $1)).%1$I', c, e.of_table);
        end loop;
        continue when assignments = '{}';
        execute format('update %I t set %s where %s', e.of_table, array_to_string(assignments, ', '),
            key_condition(e.of_table, e.key)) using e.was, e.key;
    end loop;
    for e in select * from act_change a where a.command_id = struck.command_id and a.taken_back is null
        and a.was is null order by a.id desc
    loop
        begin
            execute format('delete from %I t where %s', e.of_table, key_condition(e.of_table, e.key))
                using e.was, e.key;
        exception when foreign_key_violation then
            -- Somebody whose part in the case rests on another act too keeps it.
            if e.of_table <> 'officer' then
                raise;
            end if;
        end;
    end loop;
    set constraints one_principal immediate;
    update act_change a set taken_back = struck.no where a.command_id = struck.command_id and a.taken_back is null;
end $$;
