create or replace function chain_content(c command) returns text language sql stable as $$
    select concat_ws('|', 'command', c.id, c.case_ref, c.lane, c.office, c.kind, c.subject_no, to_char(c.attested_on, 'YYYY-MM-DD'), c.fields,
        encode(c.text_digest, 'hex'), c.login, c.person, to_char(c.recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;

create or replace function chain_content(o command_outcome) returns text language sql stable as $$
    select concat_ws('|', 'outcome', o.command_id, o.outcome, o.code, o.detail, o.revision,
        to_char(o.business_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
        to_char(o.recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;

create or replace function chain_content(e staff_event) returns text language sql stable as $$
    select concat_ws('|', 'staff', e.id, e.what, e.login, e.person, coalesce(e.role, '-'), coalesce(e.council, '-'),
        coalesce(to_char(e.valid_from, 'YYYY-MM-DD'), '-'), coalesce(to_char(e.valid_to, 'YYYY-MM-DD'), '-'), e.by_login,
        to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'))
$$;
