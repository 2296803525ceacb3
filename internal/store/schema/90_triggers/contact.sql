create or replace trigger note_change after insert on contact for each row
    execute function note_change('command_id');
