-- A person's name as persons are compared: without case, accents and invisible characters, with one kind of space. The
-- same as casefile.PersonKey, which a test lays beside it.
create or replace function person_key(name text) returns text
language sql immutable strict parallel safe set search_path = hame, pg_temp as $$
    select translate(lower(btrim(regexp_replace(regexp_replace(normalize(name, NFKD),
        '[\u00ad\u0300-\u036f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u3164\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\U000e0000-\U000e0fff]',
        '', 'g'),
        '[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g'))
            collate "und-x-icu"),
        'ς', 'σ')
$$;
