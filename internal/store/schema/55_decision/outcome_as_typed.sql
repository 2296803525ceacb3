-- A proposed outcome is one that its author typed: it stands in the fields of the act, which the chain covers.
create or replace function outcome_as_typed() returns trigger
language plpgsql set search_path = hame, pg_temp as $$
begin
    if not exists (
        select from proposal p join command c on c.id = p.command_id
        where p.case_ref = new.case_ref and p.no = new.no
          and c.case_ref = p.case_ref and c.person = p.author
          and c.kind = case p.second_due when 'correction' then 'decision.correct'
              when 'remake' then 'decision.remake' else 'decision.propose' end
          and c.fields->'outcomes' @> jsonb_build_array(jsonb_build_object('person', new.person_no,
              'outcome', new.outcome))) then
        raise exception 'this outcome was not typed' using errcode = 'check_violation', constraint = 'outcome_as_typed';
    end if;
    return null;
end $$;
