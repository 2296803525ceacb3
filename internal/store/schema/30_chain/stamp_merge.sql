-- Links a merge of two files, or its undoing, to the chain of the file that was merged.
create or replace function stamp_merge() returns trigger
language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    select a.n, a.hash into new.chain_n, new.chain_hash from chain_append(new.other_ref, chain_content(new)) a;
    return new;
end $$;
