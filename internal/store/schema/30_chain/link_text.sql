-- What a link is made of, as one text: each part after its length, and a part that is missing told apart from an empty
-- one, so that no two different acts have the same text.
create or replace function link_text(variadic parts text[]) returns text language plpgsql immutable as $$
begin
    return (
        select string_agg(coalesce(octet_length(p.part) || ':' || p.part, '-'), ',' order by p.no)
        from unnest(parts) with ordinality p (part, no)
    );
end $$;
