-- The acts that rest on an act: they changed a row after it, answered a task of the office's that it opened, or sent
-- the letter that it made. A proposal goes back by itself. Who owns a case and how urgent it is are each told by the
-- last act that stands: nothing rests on those before.
create or replace function rests_on(in_command uuid) returns table (command_id uuid, act int, kind text)
    language sql stable security definer set search_path = hame, pg_temp as $$
    select c.id, c.chain_n, c.kind from command c
    where c.id <> in_command and not is_struck(c.id) and c.id in (
        select l.command_id from act_change e
            join act_change l on l.of_table = e.of_table and l.key = e.key and l.id > e.id
        where e.command_id = in_command and e.taken_back is null and l.taken_back is null and e.of_table <> 'review'
        union
        select t.closed_by from task t
        where t.opened_by = in_command and t.void_at is null and t.kind <> 'decision.propose'
            and t.owed_by in (select h.role from role_house h)
        union
        select s.command_id from act_change e
            join letter_sent s on s.case_ref = e.case_ref and s.no = (e.became->>'no')::int
        where e.command_id = in_command and e.of_table = 'letter' and e.was is null
        union
        -- What was found of a referral rests on the check that made it.
        select k.command_id from act_change e
            join looked_into k on k.about = 'security_check' and k.case_ref = e.case_ref
                and k.person_no = (e.key->>'person_no')::int and k.no = (e.key->>'no')::int
        where e.command_id = in_command and e.of_table = 'security_check' and e.taken_back is null
        union
        -- A service rests on the letter of its decision (C9).
        select s.id from act_change e
            join letter l on l.case_ref = e.case_ref and l.no = (e.became->>'no')::int and l.decision_no is not null
            join command m on m.id = e.command_id
            join command s on s.case_ref = e.case_ref and s.kind = 'service.record' and s.chain_n > m.chain_n
            join command_outcome o on o.command_id = s.id and o.outcome = 'accepted'
            join act_change v on v.command_id = s.id and v.of_table = 'decision_outcome'
                and (v.key->>'decision_no')::int = l.decision_no
        where e.command_id = in_command and e.of_table = 'letter_sent' and e.was is null)
    order by c.chain_n
$$;
