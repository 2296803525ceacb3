create or replace trigger note_change after insert or update of relationship on person for each row
    execute function note_change('case_ref', 'no');
create or replace trigger keep_people_were after delete on person referencing old table as gone
    for each statement execute function keep_people_were();
