-- The council of a family at an instant: what a council's officer typed before the family left stays theirs to do.
create or replace function council_at(ref text, at timestamptz) returns text language plpgsql stable as $$
begin
    return (
        select coalesce((select m.from_council from council_move m where m.case_ref = ref and m.result = 'accepted'
                             and m.recorded_at > at order by m.no limit 1),
                        (select f.council from family f where f.case_ref = ref))
    );
end $$;
