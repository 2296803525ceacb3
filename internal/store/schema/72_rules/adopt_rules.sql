-- Adopts a proposed rule set from a day on, under the act of a second officer. The day is not over, and not before the
-- one from which the set says that it is in force. Undecided reviews of its lane take it when that day has come.
create or replace function adopt_rules(in_command uuid, in_hash text, in_from date) returns void
language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    c command := own_command(in_command, 'rules.adopt');
    q rules_proposal;
    s rule_set;
begin
    if c.office is distinct from 'rules' then
        raise exception 'this act belongs to a case' using errcode = 'insufficient_privilege';
    end if;
    if c.fields is distinct from jsonb_build_object('rule_set', in_hash, 'from', in_from) then
        raise exception 'this is not what the act says' using errcode = 'check_violation',
            constraint = 'rules_as_typed';
    end if;
    lock table rules_adoption in share row exclusive mode;
    select * into s from rule_set x where x.hash = in_hash;
    select * into q from rules_proposal x where x.rule_set = in_hash and x.settled_on is null;
    if q.no is null or q.proposed_on < business_today() - limit_days('rules_proposal') then
        raise exception 'nobody proposes it' using errcode = 'check_violation', constraint = 'rules_not_proposed';
    elsif person_key(q.first_by) = person_key(c.person) then
        raise exception 'proposed by the same person' using errcode = 'check_violation',
            constraint = 'rules_four_eyes';
    elsif in_from < business_today() or in_from < s.in_force_from then
        raise exception 'its day is over, or too early' using errcode = 'check_violation',
            constraint = 'rules_from_a_day_to_come';
    end if;
    update rules_proposal x set second_by = c.person, second_id = c.id, settled_on = business_today(),
        result = 'adopted' where x.no = q.no;
    insert into rules_adoption (rule_set, from_day, proposal, adopted_at)
        values (in_hash, in_from, q.no, business_now());
    perform accept_command(c.id);
end $$;
