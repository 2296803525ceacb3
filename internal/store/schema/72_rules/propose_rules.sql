-- Proposes a rule set, under the act of the officer who does. Its hash must be that of its text. A set of the same lane,
-- or of the same name if it is for comparison, that waits for its second officer is replaced. What the text says is read
-- by the command line, and once more by the worker before any review takes the set.
create or replace function propose_rules(in_command uuid, in_hash text, in_set_id text, in_use text, in_lane text,
    in_force_from date, in_body text) returns void
language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    c command := own_command(in_command, 'rules.propose');
    s rule_set;
begin
    if c.office is distinct from 'rules' then
        raise exception 'this act belongs to a case' using errcode = 'insufficient_privilege';
    end if;
    if in_hash is distinct from left(encode(sha256(convert_to(in_body, 'UTF8')), 'hex'), 16)
       or c.fields is distinct from jsonb_build_object('rule_set', in_hash, 'id', in_set_id) then
        raise exception 'the text is not that of the act' using errcode = 'check_violation',
            constraint = 'rules_as_typed';
    end if;
    lock table rules_adoption in share row exclusive mode;
    insert into rule_set (hash, id, use, lane, in_force_from, body)
        values (in_hash, in_set_id, in_use, in_lane, in_force_from, in_body) on conflict do nothing;
    select * into s from rule_set x where x.hash = in_hash;
    if exists (select from rules_proposal q where q.rule_set = in_hash and q.settled_on is null
               and q.proposed_on >= business_today() - limit_days('rules_proposal')) then
        raise exception 'it is proposed already' using errcode = 'check_violation', constraint = 'rules_are_proposed';
    end if;
    update rules_proposal q set settled_on = business_today(),
        result = case when q.proposed_on < business_today() - limit_days('rules_proposal') then 'lapsed'
                      else 'replaced' end
        from rule_set x
        where x.hash = q.rule_set and q.settled_on is null and x.use = s.use
          and x.lane is not distinct from s.lane and (x.use = 'operative' or x.id = s.id);
    insert into rules_proposal (rule_set, first_by, first_id, proposed_on)
        values (in_hash, c.person, c.id, business_today());
    perform accept_command(c.id);
end $$;
