-- Whether a part of a case is for those who see this much of it.
create or replace function may_read(what text, sight text) returns boolean
language sql immutable as $$
    select case what when 'timeline' then sight in ('file', 'no_text')
                     when 'texts' then sight <> 'no_text'
                     else sight is not null end
$$;
