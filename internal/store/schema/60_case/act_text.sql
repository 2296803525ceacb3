-- The text of an act, for those who see texts.
create or replace function act_text(ref text) returns table (kind text, subject_no int, person text, attested_on date,
    body text)
language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    sight text := sight_of(ref);
begin
    if not coalesce(may_read('texts', sight), false) then
        return;
    end if;
    perform only_recorded_reads(ref, 'texts');
    return query select c.kind, c.subject_no, c.person, c.attested_on, t.body from command c
        join command_text t on t.command_id = c.id
        where c.case_ref = ref and t.body is not null
          -- What was entered on the wrong file is not read there, but by the auditor.
          and (has_role('auditor') or not exists (select from strike k where k.command_id = c.id
              and k.result = 'struck' and k.reason in ('wrong_case', 'wrong_item')))
          and (sight = 'file'
               or (sight = 'children' and c.kind in ('welfare.report', 'welfare.return', 'welfare.concern'))
               or (sight = 'summary' and c.kind in ('representation.draft', 'representation.return')))
        order by c.recorded_at;
end $$;
