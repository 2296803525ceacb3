-- The place of a family that waits, in the order of its lane's last draw. No row if it is listed, held back, or was
-- imported since. The place of a family that is not restricted counts those alone, so that no gap tells of another.
create or replace view place_in_order as
select w.case_ref, w.lane, f.restricted, w.listing_on, w.drawn_on,
       (select 1 + count(*) from waiting_place x join family o on o.case_ref = x.case_ref
        where x.lane = w.lane and x.n < w.n and (f.restricted or not o.restricted)
          and not exists (select from listing l where l.case_ref = x.case_ref)) as place,
       (select count(*) from waiting_place x join family o on o.case_ref = x.case_ref
        where x.lane = w.lane and x.n is not null and (f.restricted or not o.restricted)
          and not exists (select from listing l where l.case_ref = x.case_ref)) as waiting
from waiting_place w join family f using (case_ref)
where w.n is not null and not exists (select from listing l where l.case_ref = w.case_ref);
