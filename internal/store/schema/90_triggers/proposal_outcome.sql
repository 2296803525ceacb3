create or replace trigger waiver_is_grant_only before insert or update on proposal_outcome for each row execute function refuse_after_waiver();
