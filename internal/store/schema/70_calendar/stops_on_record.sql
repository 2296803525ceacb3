-- When the clock of a kind of task of a case stood still.
create or replace function stops_on_record(ref text, in_kind text) returns jsonb language plpgsql stable
    set search_path = hame, pg_temp as $$
begin
    return (
    select coalesce(jsonb_agg(jsonb_build_object('from', h.opened_on, 'until', h.ended_on)), '[]')
    from hold h join ground_stops s on s.ground = h.ground and s.kind = in_kind where h.case_ref = ref and not h.runs_on
    );
end $$;
