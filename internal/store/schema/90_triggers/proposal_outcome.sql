create or replace trigger waiver_is_grant_only before insert or update on proposal_outcome
    for each row execute function refuse_after_waiver();
create or replace trigger as_typed after insert or update on proposal_outcome
    for each row execute function outcome_as_typed();
