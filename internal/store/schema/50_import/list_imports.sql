-- The imports, the latest first: what each did, who took it back or asks for that, and what stops it (import_stops).
create or replace function list_imports(in_limit int)
returns table (no int, imported_on date, person text, families int, people int, created int, unchanged int, changed int,
    kept_back int, taken_back_at timestamptz, taken_back_first text, taken_back_second text, asked_by text,
    asked_on date, reason text, listed int, acts int, held int, later int, standing int, hidden int, cases text[],
    total bigint)
language plpgsql stable security definer set search_path = hame, pg_temp as $$
begin
    if not has_role('operations', 'auditor') then
        raise exception '% may not read the list of imports', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
        select b.no, b.imported_on, b.person, b.families, b.people, b.created, b.unchanged, b.changed, b.kept_back,
            b.taken_back_at, b.taken_back_first, b.taken_back_second, q.first_by, q.asked_on, q.reason, s.*, b.total
        from (select x.*, count(*) over () as total from import_batch x order by x.no desc limit in_limit) b
        left join import_take_back q on q.batch = b.id and q.settled_on is null
            and q.asked_on >= business_today() - limit_days('take_back_request')
        cross join lateral import_stops(b.id) s
        order by b.no desc;
end $$;
