-- The acts on a case that the login may strike, or ask a colleague to: those of the kinds that it may do itself, and as
-- the senior of a house all of that house (casefile.House). Refused unless the reading is on record.
create or replace function my_acts(ref text) returns table (act int, kind text, subject_no int, fields text,
    person text, done_on date, state text)
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    if sight_of(ref) is null then
        return;
    end if;
    perform only_recorded_reads(ref, 'acts');
    return query
    select c.chain_n, c.kind, c.subject_no,
        (select coalesce(string_agg(f.key || ' ' || f.value, ', ' order by f.key), '') from jsonb_each_text(c.fields) f
            where jsonb_typeof(c.fields->f.key) in ('string', 'number') and (f.key <> 'reason' or knows_why(c))), c.person,
        london_day(o.business_at), coalesce(k.state, 'stands')
    from command c join command_outcome o on o.command_id = c.id and o.outcome in ('accepted', 'filed')
        left join lateral (select coalesce(s.result, 'asked by ' || s.first_by) as state from strike s
            where s.command_id = c.id and s.result is distinct from 'stands' order by s.no desc limit 1) k on true
    where c.case_ref = ref and may_strike(session_user::text, my_person(), c.kind, ref, clock_timestamp())
    order by c.chain_n;
end $$;
