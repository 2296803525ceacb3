-- What the record alone can show to be broken: one row a breach. Each rule is a view of its own, breach_...: rule,
-- case_ref, detail. Operations are told of the cases that they may see, the auditor of all.
create or replace function verify_record() returns table (rule text, case_ref text, detail text)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
declare
    breach name;
begin
    if session_user <> 'hame_worker' and not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    for breach in
        select c.relname from pg_catalog.pg_class c
        where c.relnamespace = 'hame'::regnamespace and c.relkind = 'v' and c.relname ^@ 'breach_' order by 1
    loop
        return query execute format('
            select b.rule, b.case_ref, b.detail from %I b
            where session_user = ''hame_worker'' or has_role(''auditor'')
               or not exists (select from family f where f.case_ref = b.case_ref) or may_see(b.case_ref)', breach);
    end loop;
end $$;
