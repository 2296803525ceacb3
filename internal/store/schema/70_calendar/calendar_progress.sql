-- How far the last application is: of the cases that may depend on a changed day those that were seen to, and the
-- deadlines that moved. affected is null until they have been looked for. failed names the cases that the login may
-- see.
create or replace function calendar_progress(out no bigint, out version text, out label text, out replaced text,
    out finished boolean, out minutes int,
    out affected int, out seen int, out cases int, out deadlines int, out passes int, out failed text[])
language plpgsql stable security definer set search_path = hame, pg_temp as $$
declare
    since timestamptz;
begin
    select a.no, a.version, v.label, a.replaced, a.finished_at is not null, coalesce(o.recorded_at, '-infinity'),
        a.passes, a.failed
        into no, version, label, replaced, finished, since, passes, failed
        from calendar_application a join calendar_version v using (version) left
            join command_outcome o on o.command_id = a.command_id
        order by a.no desc limit 1;
    minutes := case when since = '-infinity' then 0 else extract(epoch from clock_timestamp() - since) / 60 end;
    select nullif(count(*), 0), count(c.seen_at) into affected, seen from calendar_case c
        where c.application = calendar_progress.no;
    select count(distinct t.case_ref), count(*) into cases, deadlines
        from deadline_change d join task t on t.id = d.task_id
        where d.cause = 'calendar' and d.new_version = calendar_progress.version and d.recorded_at >= since;
    select array_agg(distinct case when may_see(x.ref) then x.ref else 'a restricted case' end) into failed
        from unnest(failed) x (ref);
    failed := coalesce(failed, '{}');
end $$;
