-- No login makes temporary tables: one of them would stand before Hame's own in a search path. A database that
-- was copied or restored can lose the revocation; set-up revokes it again.
create or replace view breach_temporary_tables as
select 'no login makes temporary objects' as rule, '' as case_ref,
       coalesce(nullif(pg_get_userbyid(x.grantee), 'unknown (OID=0)'), 'everybody') || ' may: run setup' as detail
from pg_database d cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x
where d.datname = current_database() and x.privilege_type = 'TEMPORARY' and x.grantee <> d.datdba;
