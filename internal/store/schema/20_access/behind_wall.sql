-- Whether a file is one of those on which people stand who left a family after domestic abuse, and a person is not the
-- officer who was named for it.
create or replace function behind_wall(ref text, person text) returns boolean language plpgsql stable
    set search_path = hame, pg_temp as $$
begin
    return (
        select exists (select from split s where s.own_ref = ref and s.walled and s.named is distinct from person)
    );
end $$;
