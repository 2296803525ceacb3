-- The text of an act, for those who see texts, with what became of an act that does not stand. What was entered on the
-- wrong file, and all post that was taken off it, is not read there, but by the auditor. The text of such an item goes
-- with it to the file on which it is now.
create or replace function act_text(ref text) returns table (kind text, subject_no int, person text, attested_on date,
    body text, became text)
language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    sight text := sight_of(ref);
begin
    if not coalesce(may_read('texts', sight), false) then
        return;
    end if;
    perform only_recorded_reads(ref, 'texts');
    return query select c.kind, c.subject_no, c.person, c.attested_on, t.body,
            case when k.no is not null and c.case_ref = ref then 'struck' when o.outcome in ('refused', 'expired')
                then o.outcome else '' end
        from command c
        join command_text t on t.command_id = c.id
        left join command_outcome o on o.command_id = c.id
        left join strike k on k.command_id = c.id and k.result = 'struck'
        where t.body is not null and knows_why(c)
          and (c.case_ref = ref and (has_role('auditor') or k.no is null
                   or k.reason not in ('wrong_case', 'wrong_item') and not c.kind ^@ 'post.')
               or c.case_ref <> ref and sight = 'file'
                   and exists (select from post_item i where i.command_id = c.id and i.case_ref = ref))
          and (sight = 'file'
               or (sight = 'children' and c.kind in ('welfare.report', 'welfare.return', 'welfare.concern'))
               or (sight = 'summary' and c.kind in ('representation.draft', 'representation.return')))
        order by c.recorded_at;
end $$;
