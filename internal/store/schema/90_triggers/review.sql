create or replace trigger as_decided before update of rollup on review for each row execute function review_as_decided();
