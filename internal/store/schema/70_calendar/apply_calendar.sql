-- Puts a version of the calendars in force, under the act of the officer who applies it. The days come as one JSON list
-- of [division, day, title], the changes as one of [division, day, change]. The version must be the digest of the days,
-- and they must be whole; no change between the versions may be left out. Applied again while it is in force it is
-- answered with the application that stands. Null if another version came into force since the one that the caller
-- compared with.
create or replace function apply_calendar(in_command uuid, in_version text, in_label text, in_replaces text,
    in_days jsonb, in_changes jsonb) returns bigint
language plpgsql security definer set search_path = hame, pg_temp as $$
declare
    c command := own_command(in_command, 'calendar.apply');
    n bigint;
begin
    if c.office is distinct from 'calendar' then
        raise exception 'this act belongs to a case' using errcode = 'insufficient_privilege';
    end if;
    lock table calendar_application in share row exclusive mode;
    if calendar_in_force() = in_version then
        perform accept_command(c.id);
        return (select max(a.no) from calendar_application a);
    end if;
    if calendar_in_force() is distinct from in_replaces then
        return null;
    end if;
    if in_version is distinct from (
            select left(encode(sha256(convert_to(string_agg((d->>0) || e'\t' || (d->>1) || e'\n', ''
                order by (d->>0) collate "C", (d->>1) collate "C"), 'UTF8')), 'hex'), 12)
            from jsonb_array_elements(in_days) d)
       or not calendar_is_whole(in_days) then
        raise exception 'the days are not those of the version' using errcode = 'check_violation',
            constraint = 'calendar_is_whole';
    end if;
    -- A change that is left out would move no deadline.
    if exists (
        select from calendar_changes(in_days, in_replaces) x
        where not exists (select from jsonb_array_elements(in_changes) d
                          where d->>0 = x.division and (d->>1)::date = x.day and d->>2 = x.change)) then
        raise exception 'these are not all changes' using errcode = 'check_violation',
            constraint = 'calendar_changes_are_whole';
    end if;
    insert into calendar_version (version, label) values (in_version, in_label) on conflict do nothing;
    if found then
        insert into calendar_day select in_version, d->>0, (d->>1)::date, d->>2 from jsonb_array_elements(in_days) d;
    end if;
    insert into calendar_application (version, replaced, reason, command_id, applied_at)
        values (in_version, in_replaces, c.fields->>'reason', c.id, business_now()) returning no into n;
    insert into calendar_change select n, d->>0, (d->>1)::date, d->>2 from jsonb_array_elements(in_changes) d;
    perform accept_command(c.id);
    return n;
end $$;
