-- A refusal that came before anything was written to history is recorded by the one who was refused.
create or replace function record_refusal(id uuid, code text, detail jsonb) returns void
    language plpgsql security definer set search_path = hame, pg_temp as $$
begin
    insert into command_outcome (command_id, outcome, code, detail)
    select c.id, 'refused', record_refusal.code, record_refusal.detail from command c
    where c.id = record_refusal.id and c.login = session_user
    on conflict do nothing;
end $$;
