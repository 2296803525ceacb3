-- Whether a deadline was missed: by the day attested for the answer, or while there is none because the day had passed
-- when its due rung acted. in_can_be says whether such a deadline can be missed at all (task_kind); in_due is the last
-- day as it was known, null while the clock was stopped. What was stopped or given more time since its day had passed
-- has not been missed. It looks nothing up, so that PostgreSQL makes it part of the query that asks: reports ask it of
-- every task.
create or replace function missed(in_can_be boolean, in_answered date, in_due date, in_acted date) returns boolean
    language sql immutable as $$
    select in_can_be
       and coalesce(case when in_answered is not null then in_answered > in_due else in_acted > in_due end, false)
$$;
