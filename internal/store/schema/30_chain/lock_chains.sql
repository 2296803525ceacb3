-- Takes the heads of the chains of two cases for the rest of the transaction, in the order of reference: acts that are
-- typed hold a head while they change what two cases share.
create or replace function lock_chains(in_refs text[]) returns void language plpgsql volatile security definer
    set search_path = hame, pg_temp as $$
declare
    ref text;
begin
    for ref in select r from unnest(in_refs) r order by r collate "C" loop
        perform 1 from chain_head h where h.subject = ref for update;
    end loop;
end $$;
