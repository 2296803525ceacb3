-- The families of an import are there, or went with it by the acts of two persons.
create or replace view breach_import_taken_back as
select 'four eyes' as rule, '' as case_ref,
       'import ' || b.no || ' is taken back, and no two persons are on record for it' as detail
from import_batch b
where b.taken_back_at is not null and not exists (select from imports_taken_back_by_two t where t.id = b.id)
union all
select 'nothing is lost', '', 'of the families that import ' || b.no || ' brought, ' || b.created
           || ', the record has ' || coalesce(f.n, 0) + coalesce(g.n, 0)
from import_batch b
left join (select x.first_batch, count(*) as n from imported_family x group by 1) f on f.first_batch = b.id
left join (select x.batch, count(*) as n from family_taken_back x group by 1) g on g.batch = b.id
where b.created <> coalesce(f.n, 0) + coalesce(g.n, 0)
union all
select 'nothing is lost', '', 'families of import ' || b.no || ' are gone, and the import is not taken back'
from import_batch b
where b.taken_back_at is null and exists (select from family_taken_back g where g.batch = b.id)
union all
select 'nothing happens twice', '', 'import ' || b.no || ' is taken back, and families of it are still there'
from import_batch b
where b.taken_back_at is not null and exists (select from family f where f.first_batch = b.id);
