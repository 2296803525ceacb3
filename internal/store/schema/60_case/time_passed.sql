-- Whether a task was closed because its time had passed; null while it is open (casefile.TaskResult).
create or replace function time_passed(result text) returns boolean language sql immutable as $$
    select result in ('gap', 'lapsed')
$$;
