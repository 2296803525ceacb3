-- +goose Up
-- What the lists of a bad day showed beyond a role's own sight of a case.

-- +goose StatementBegin
-- What the session's login sees of a case, null if it is not there for them.
create function sight_of(ref text) returns text language sql stable security definer set search_path = hame as $$
    select s.sight from case_sight s where s.case_ref = ref
$$;

-- Each role sees by its own rule: who is named on a restricted case as operations
-- reads no post of it by also being a caseworker.
create or replace view post_list with (security_barrier) as
select i.no, i.from_kind, i.received_on, i.wait_until, i.case_ref, i.linked_on, i.read_on, i.dismissed_on, i.dismissed_why,
       i.said_name, i.said_representative, i.said_reference,
       i.dismissed_on is null and i.read_on is null and i.wait_until < business_today() as escalated,
       (select coalesce(jsonb_agg(jsonb_build_object('case', s.case_ref, 'why', s.why) order by s.case_ref), '[]')
        from post_suggestion s where s.item = i.no and sight_of(s.case_ref) = 'file') as suggestions
from post_item i
where (select has_role('caseworker', 'senior_caseworker', 'decision_maker', 'second_officer', 'auditor'))
  and (i.case_ref is null or sight_of(i.case_ref) = 'file');

create or replace view duplicate_list with (security_barrier) as
select d.a, d.b, string_agg(distinct d.why, ', ') as why, min(d.due_on) as due_on, '' as held,
       min(d.due_on) < business_today() as escalated
from duplicate_candidate d
where d.resolved_on is null and sight_of(d.a) in ('file', 'no_text') and sight_of(d.b) in ('file', 'no_text')
  and (select has_role('caseworker', 'senior_caseworker', 'decision_maker', 'second_officer', 'operations', 'auditor'))
group by d.a, d.b
union all
select h.same_as, h.case_ref, 'the same family', h.review_on, h.case_ref, h.review_on < business_today()
from hold h
where h.ground = 'duplicate' and h.ended_on is null and sight_of(h.case_ref) in ('file', 'no_text') and sight_of(h.same_as) in ('file', 'no_text')
  and (select has_role('caseworker', 'senior_caseworker', 'decision_maker', 'second_officer', 'operations', 'auditor'));

create or replace function recoveries() returns table (case_ref text, n bigint) language plpgsql stable security definer set search_path = hame as $$
begin
    if not has_role('operations', 'auditor') then
        raise exception '% may not verify', session_user using errcode = 'insufficient_privilege';
    end if;
    return query select c.case_ref, count(*) from command c join command_outcome o on o.command_id = c.id and o.outcome = 'accepted'
        where c.kind = 'case.recover' and may_see(c.case_ref) group by c.case_ref;
end $$;

-- The latest word counts: of one day the one recorded last. A command's id does
-- not tell, for that of one typed with a list follows from what it says.
create or replace function names_agreed(ref text) returns boolean language sql stable security definer set search_path = hame as $$
    select coalesce((select c.names = 'agreed' from contact c join command m on m.id = c.command_id
                     where c.case_ref = ref and c.names is not null
                     order by c.made_on desc, m.recorded_at desc limit 1), false)
$$;

-- What case_file shows beside the straight path's facts, by the reader's sight.
-- Its holds stand for those of case_file: the first file of a family, which the
-- reader may not see, is not named in the second one's.
create or replace function case_more(ref text, sight text) returns jsonb language sql stable as $$
    select case sight
    when 'file' then jsonb_build_object(
        'holds', (select jsonb_agg(to_jsonb(h) || case when h.same_as is null or may_see(h.same_as) then '{}'::jsonb else '{"same_as": null}' end order by h.id)
                  from hold h where h.case_ref = ref and h.ended_on is null),
        'corrections', (select jsonb_agg(to_jsonb(c) - array['case_ref', 'command_id'] order by c.no) from correction c where c.case_ref = ref),
        'differences', (select jsonb_agg(to_jsonb(d) - array['case_ref', 'batch', 'command_id'] order by d.no) from import_difference d
                        where d.case_ref = ref and d.finding is null),
        'flag_requests', (select jsonb_agg(to_jsonb(q) - array['id', 'case_ref', 'command_id'] order by q.id) from flag_request q
                          where q.case_ref = ref and q.settled_on is null),
        'post', (select jsonb_agg(jsonb_build_object('no', i.no, 'from', i.from_kind, 'received_on', i.received_on, 'read_on', i.read_on) order by i.no)
                 from post_item i where i.case_ref = ref),
        'names_agreed', names_agreed(ref))
    when 'summary' then jsonb_build_object(
        'names_agreed', names_agreed(ref),
        'children', (select jsonb_agg(jsonb_build_object('no', w.person_no, 'reported_on', w.reported_on, 'views', w.findings->'views',
                'indicators', w.findings->'indicators', 'best_interests', w.findings->'best_interests') order by w.person_no)
            from (select distinct on (c.person_no) c.* from welfare_check c where c.case_ref = ref and c.signed_on is not null
                  order by c.person_no, c.no desc) w),
        'advice', (select jsonb_agg(jsonb_build_object('rule_set', s.id, 'people', x.body->'people') order by s.id)
            from (select distinct on (r.rule_set) r.* from recommendation r where r.case_ref = ref order by r.rule_set, r.revision desc) x
            join rule_set s on s.hash = x.rule_set where s.use = 'comparison'))
    else '{}'::jsonb end
$$;
-- +goose StatementEnd

-- +goose Down
