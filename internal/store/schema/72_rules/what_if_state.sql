-- How far the worker is with a question, and its answer: counts without those of restricted families, but for the
-- auditor, and how many files those are. Null if there is no such question.
create or replace function what_if_state(in_no bigint) returns jsonb language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
declare
    whole boolean := has_role('auditor');
begin
    if not may_ask_what_if() then
        raise exception '% may not ask what other rules would say', session_user
            using errcode = 'insufficient_privilege';
    end if;
    return (
        select jsonb_build_object('no', w.no, 'rule_set', s.id, 'params', w.params, 'against', a.id, 'on', w.on_day,
            'files', w.files, 'done', w.done, 'failed', w.failed, 'finished', w.finished_at is not null,
            'withheld', case when not whole then (select count(*) from imported_family f where f.restricted) else 0 end,
            'counts', (select jsonb_agg(c) from jsonb_array_elements(w.counts) c where whole or not (c->>'apart')::boolean))
        from what_if w join rule_set s on s.hash = w.rule_set left join rule_set a on a.hash = w.against
        where w.no = in_no);
end $$;
