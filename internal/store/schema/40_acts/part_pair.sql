-- Two files that were parted are those of two families, until somebody finds otherwise.
create or replace function part_pair(in_one text, in_other text, in_by text, on_day date) returns void
    language sql volatile security definer set search_path = hame, pg_temp as $$
    update duplicate_candidate d set resolution = 'different', resolved_on = on_day, resolved_by = in_by
        where d.a = least(in_one, in_other) and d.b = greatest(in_one, in_other)
          and not exists (select from merge_in_force m where m.into_ref in (in_one, in_other)
              and m.other_ref in (in_one, in_other))
$$;
