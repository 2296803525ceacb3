-- The condition, as SQL, that a row t of a table has the key $2.
create or replace function key_condition(in_table text, in_key jsonb) returns text language sql immutable as $$
    select string_agg(format('t.%1$I = (jsonb_populate_record(null::%2$I, $2)).%1$I', k, in_table), ' and ')
    from jsonb_object_keys(in_key) k
$$;
