-- The last day of a task as it was known at an instant: what was recorded later does not count.
create or replace function due_as_known(t task, as_of timestamptz) returns date language plpgsql stable as $$
begin
    return (
    select case when d.no is null then coalesce(f.old_due, t.due_on) else d.new_due end
    from (select 1) one
    left join lateral (select x.no, x.new_due from deadline_change x where x.task_id = t.id and x.at <= as_of
        order by x.no desc limit 1) d on true
    left join lateral (select x.old_due from deadline_change x where x.task_id = t.id order by x.no limit 1) f on true
    );
end $$;
