-- A service rests on the letter of its own decision, and comes after the signature (C9, row 9).
create or replace view breach_service_without_letter as
select 'service' as rule, o.case_ref, format('person %s is served, and no decision letter was sent to the family',
    o.person_no) as detail
from outcome_in_force o
where o.served_on is not null and not kept_service(o.case_ref, o.decision_no, o.person_no, o.outcome, o.served_on)
  and not exists (select from letter l join letter_sent s using (case_ref, no)
                  where l.case_ref = o.case_ref and l.decision_no = o.decision_no and s.to_whom = 'family'
                      and s.sent_on <= o.served_on)
union all
select 'service', o.case_ref, format('person %s is served before the decision was signed', o.person_no)
from outcome_in_force o join decision d on d.case_ref = o.case_ref and d.no = o.decision_no
where o.served_on < d.signed_on and not kept_service(o.case_ref, o.decision_no, o.person_no, o.outcome, o.served_on);
