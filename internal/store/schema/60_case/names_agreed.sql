-- The latest word counts: of one day the one recorded last. A command's id does not tell, for that of one typed with a
-- list follows from what it says. Who came from a merged file has agreed only if that file's family had.
create or replace function names_agreed(ref text) returns boolean language plpgsql stable security definer
    set search_path = hame, pg_temp as $$
begin
    return (
    select coalesce((select c.names = 'agreed' from contact c join command m on m.id = c.command_id
                     where c.case_ref = ref and c.names is not null
                     order by c.made_on desc, m.recorded_at desc limit 1), false)
        and not exists (select from merge_in_force m where m.into_ref = ref and not names_agreed(m.other_ref)
            and exists (select from merge_person p where p.other_ref = m.other_ref and p.merge_no = m.no and p.joined))
    );
end $$;
