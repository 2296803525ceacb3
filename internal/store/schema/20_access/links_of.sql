-- The files to which a split leads from one, for the session's login: those of a plain separation if it may see both,
-- those behind a wall for the officer who is named for them and the auditor.
create or replace function links_of(ref text) returns jsonb language plpgsql stable set search_path = hame, pg_temp as $$
begin
    return (
        select jsonb_agg(jsonb_build_object('case', l.other, 'since', london_day(l.split_at), 'walled', l.walled)
            order by l.split_at, l.other)
        from (select case ref when s.case_ref then s.own_ref else s.case_ref end as other, s.split_at, s.walled, s.named
              from split s where ref in (s.case_ref, s.own_ref)) l
        where may_see(l.other)
          and (not l.walled or has_role('auditor') or has_role('senior_caseworker') and l.named = my_person())
    );
end $$;
