-- What is wrong with a strike by the acts on record; empty if nothing is. An officer asks for it by an act that names
-- the other act's number, and a second one confirms it later in the same way; alone only its author does on the same
-- day, and never a signature or a service. An item that was read on a file to which it never belonged is struck along
-- with its link.
create or replace function wrong_of_strike(k strike) returns text language sql stable as $$
    select case
        when t.id is null or t.case_ref is distinct from k.case_ref then 'it is about no act of the case'
        when not coalesce(along.yes, false) and not exists (select from act_slip s where s.act = t.kind)
            then 'such an act is not struck'
        when f.id is null or f.person <> k.first_by or f.kind <> 'case.strike' or f.case_ref <> k.case_ref
            then k.first_by || ' did not ask for it'
        when not along.yes and (f.fields->>'act')::int <> t.chain_n then k.first_by || ' asked for another act'
        when f.fields->>'reason' = 'stands' then k.first_by || ' let it stand'
        when k.second_id is not null and (s.id is null or s.person <> k.second_by or s.kind <> 'case.strike'
            or s.case_ref <> k.case_ref or (s.fields->>'act')::int <> t.chain_n or s.chain_n <= f.chain_n)
            then k.second_by || ' did not confirm it'
        when k.second_id is not null and (s.fields->>'reason' = 'stands') <> (k.result = 'stands')
            then k.second_by || ' wanted the opposite'
        when exists (select from command_outcome x where x.command_id in (f.id, s.id)
            and x.outcome in ('refused', 'expired')) then 'an act that was not done says so'
        when k.second_by is not null and person_key(k.second_by) = person_key(k.first_by)
            then k.first_by || ' confirmed it alone'
        when k.result = 'struck' and k.second_by is null and not along.yes
            and (person_key(t.person) <> person_key(k.first_by)
                 or london_day(o.business_at) <> london_day(k.settled_at)
                 or (select l.two from act_slip l where l.act = t.kind))
            then k.first_by || ' struck it alone'
        else '' end
    from (select 1) one
    left join command t on t.id = k.command_id
    left join command_outcome o on o.command_id = t.id
    left join command f on f.id = k.first_id
    left join command s on s.id = k.second_id
    cross join lateral (select t.kind = 'post.read' and exists (
        select from command p
            left join act_change i on i.command_id = p.id and i.of_table = 'post_item' and i.was is null
        where p.case_ref = k.case_ref and p.kind in ('post.link', 'post.receive')
            and p.chain_n = (f.fields->>'act')::int
            and (t.fields->>'item')::bigint in ((p.fields->>'item')::bigint, (i.key->>'no')::bigint)) as yes) along
$$;
