-- Whether a deadline was missed: by the day attested for the answer, or while there is none because the day had passed
-- when its due rung acted. in_due is the last day as it was known; null while the clock was stopped. What was stopped
-- or given more time since its day had passed has not been missed.
create or replace function missed(in_kind text, in_answered date, in_due date, in_acted date) returns boolean
    language sql stable as $$
    select coalesce((select k.can_be_missed from task_kind k where k.kind = in_kind), true)
       and coalesce(case when in_answered is not null then in_answered > in_due else in_acted > in_due end, false)
$$;
