create or replace trigger note_change after insert on interview for each row
    execute function note_change('command_id');
