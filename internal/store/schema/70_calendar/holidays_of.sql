-- The days of a version: they are published, and everybody may read them.
create or replace function holidays_of(in_version text) returns table (label text, division text, day date, title text)
    language sql stable security definer set search_path = hame, pg_temp as $$
    select v.label, d.division, d.day, d.title from calendar_version v join calendar_day d using (version)
        where v.version = in_version
$$;
