-- What a link of a chain covers.
create or replace function chain_content(c command) returns text
language sql stable as $$
    select link_text('command', c.id::text, c.case_ref, c.lane, c.office, c.kind, c.subject_no::text,
        to_char(c.attested_on, 'YYYY-MM-DD'), c.fields::text, encode(c.text_digest, 'hex'), c.login, c.person,
        to_char(c.recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;

create or replace function chain_content(o command_outcome) returns text
language sql stable as $$
    select link_text('outcome', o.command_id::text, o.outcome, o.code, o.detail::text, o.revision::text,
        to_char(o.business_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
        to_char(o.recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;

create or replace function chain_content(e staff_event) returns text
language sql stable as $$
    select link_text('staff', e.id::text, e.what, e.login, e.person, e.role, e.council,
        to_char(e.valid_from, 'YYYY-MM-DD'), to_char(e.valid_to, 'YYYY-MM-DD'), e.by_login,
        to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;

create or replace function chain_content(r case_read) returns text
language sql stable as $$
    select link_text('read', r.id::text, r.case_ref, r.login, r.person, r.what,
        to_char(r.read_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;

create or replace function chain_content(m file_merge) returns text
language sql stable as $$
    select link_text('merge', m.other_ref, m.no::text, m.into_ref, m.first_by, m.second_by, m.command_id::text,
        to_char(m.merged_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;

create or replace function chain_content(u file_unmerge) returns text
language sql stable as $$
    select link_text('unmerge', u.other_ref, u.no::text, u.first_by, u.second_by, u.command_id::text,
        to_char(u.unmerged_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;
