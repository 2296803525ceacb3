-- The place of a family that waits, as of the last draw of its lane. No row if it is listed, held back, or was imported
-- since. Places of families that are not restricted count those alone, so that no gap tells of another.
create or replace view place_in_order as
select w.case_ref, w.place, w.waiting, w.listing_on, w.drawn_on
from waiting_place w
where w.drawn_on = (select max(x.drawn_on) from waiting_place x where x.lane = w.lane)
  and not exists (select from listing l where l.case_ref = w.case_ref);
