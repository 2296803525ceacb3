-- The files after one, in order, with what rule sets ask of them and by what families are counted. counts says whether
-- the file counts as a family: that of people who parted from one does not. decided says that its decision is signed.
create or replace function what_if_files(after text, at_most int) returns table (case_ref text, apart boolean,
    counts boolean, decided boolean, lane text, council text, nationality text, file jsonb)
    language sql stable as $$
    select f.case_ref, f.restricted, not exists (select from split s where s.own_ref = f.case_ref),
           coalesce(r.signed_on is not null, false), f.lane, f.council,
           (select p.nationality from person p where p.case_ref = f.case_ref
            order by p.relationship <> 'principal', p.no limit 1),
           rules_file(f.case_ref)
    from family f left join review r using (case_ref)
    where f.case_ref > after
    order by f.case_ref limit at_most
$$;
