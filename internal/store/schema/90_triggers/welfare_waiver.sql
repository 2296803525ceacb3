create or replace trigger note_change after insert on welfare_waiver for each row
    execute function note_change('command_id');
