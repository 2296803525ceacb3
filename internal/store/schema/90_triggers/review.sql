create or replace trigger as_decided before update of rollup on review
    for each row execute function review_as_decided();
create or replace trigger owner_by_an_act after insert or update of owner on review for each row
    when (new.owner is not null) execute function named_by_an_act();
create or replace trigger where_it_belongs after insert on review for each row execute function note_review_to_move();
create or replace trigger note_change after update of owner, reconciled_on, triaged_on, priority on review for each row
    execute function note_change('case_ref');
