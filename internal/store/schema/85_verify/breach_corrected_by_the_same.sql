-- A decision that corrects another takes two officers, one of whom did not sign the one before (process.md, Correcting
-- a signed decision).
create or replace view breach_corrected_by_the_same as
select 'four eyes' as rule, d.case_ref,
       format('decision %s corrects decision %s without an officer who did not sign it', d.no, corrected) as detail
from decision d cross join lateral signed_by_the_same(d) as corrected;
