-- Every link of every chain follows from the link before.
create or replace view breach_chain as
select 'nothing is lost' as rule, regexp_replace(x.subject, '^reads of ', '') as case_ref,
    'the chain breaks at link ' || x.n as detail
from broken_chains() x;
