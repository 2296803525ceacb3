-- What was referred or alleged and no senior caseworker has looked into.
create or replace view not_looked_into as
select r.* from referred r
where not exists (select from looked_into k where k.case_ref = r.case_ref and k.person_no = r.person_no
                    and k.about = r.about and k.no >= r.no);
