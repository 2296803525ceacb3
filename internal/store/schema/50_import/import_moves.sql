-- Opens a difference for each family in the backlog that a file has with a council outside Scotland, in the caller's
-- transaction: such a family is not taken from the file, and is not lost sight of either. Returns their cases.
create or replace function import_moves(in_batch uuid, in_keys text[], in_councils text[], in_on date) returns setof
    text
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    if not has_role('operations') or not exists (select from import_batch b where b.id = in_batch
        and b.person = my_person()) then
        raise exception '% may not import', session_user using errcode = 'insufficient_privilege';
    end if;
    return query
    with moved as (
        insert into import_difference (case_ref, no, batch, person_no, field, old_value, new_value, found_on)
        select f.case_ref, 1 + coalesce((select max(x.no) from import_difference x where x.case_ref = f.case_ref), 0),
               in_batch, 0, 'council', f.council, m.council, in_on
        from unnest(in_keys, in_councils) m (key, council) join family f on f.family_key = m.key
        where f.council <> m.council
          and not exists (select from import_difference x where x.case_ref = f.case_ref and x.field = 'council'
              and x.new_value = m.council and x.finding is distinct from 'taken_back')
        returning case_ref)
    select m.case_ref from moved m where may_see(m.case_ref) order by 1;
end $$;
