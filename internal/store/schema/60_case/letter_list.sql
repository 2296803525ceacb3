-- The letters of the cases whose file the session's login reads, with or without texts: the rows behind list_letters.
create or replace view letter_list with (security_barrier) as
select l.case_ref, l.no, l.kind, l.created_at, s.to_whom, s.by_how, s.sent_on, s.delivered_on, s.returned_on,
    s.returned_why, l.decision_no,
    (select max(d.no) from decision d where d.case_ref = l.case_ref and d.no > l.decision_no) as corrected_by
from letter l join case_sight x using (case_ref)
left join letter_sent s using (case_ref, no)
where x.sight in ('file', 'no_text');
