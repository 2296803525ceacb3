-- The place of a family that waits, as of the last draw of its lane. No row if it is listed, held back or restricted,
-- if it was imported since, or if too many are before it.
create or replace view place_in_order as
select w.case_ref, w.lane, w.n as place, w.waiting, w.listing_on, w.drawn_on
from waiting_place w join family f using (case_ref)
where w.n is not null and not f.restricted
  and not exists (select from listing l where l.case_ref = w.case_ref)
  and not exists (select from held_as_double h where h.case_ref = w.case_ref);
