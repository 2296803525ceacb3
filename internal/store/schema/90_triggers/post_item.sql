create or replace trigger note_change after insert or update on post_item for each row
    execute function note_change('no');
