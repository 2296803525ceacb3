-- A staged person as an accepted difference adds them: what is not known is left out.
create or replace function staged_member(p import_staging_person) returns jsonb language sql stable as $$
    select jsonb_strip_nulls(jsonb_build_object('no', p.no, 'key', p.person_key, 'relationship', p.relationship,
        'home_office_ref', nullif(p.home_office_ref, ''), 'family_name', nullif(p.family_name, ''), 'given_names',
            nullif(p.given_names, ''),
        'name_key', nullif(p.name_key, ''), 'date_of_birth', p.date_of_birth, 'sex', p.sex, 'nationality',
            p.nationality,
        'birth_country', nullif(p.birth_country, ''), 'born_in_scotland', p.born_in_scotland, 'arrived_on',
            p.arrived_on, 'claim_date', p.claim_date,
        'own_claim', p.own_claim, 'claim_status', p.claim_status, 'claim_status_on', p.claim_status_on,
            'last_interview_on', p.last_interview_on,
        'language', nullif(p.language, ''), 'interpreter', nullif(p.interpreter, ''), 'school', nullif(p.school, ''),
        'responsible_adult', nullif(p.responsible_adult, ''), 'flags',
            case when p.flags <> '{}' then to_jsonb(p.flags) end))
$$;
