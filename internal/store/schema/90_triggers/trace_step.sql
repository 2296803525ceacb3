create or replace trigger note_change after insert or update on trace_step for each row
    execute function note_change('case_ref', 'tracing', 'no');
