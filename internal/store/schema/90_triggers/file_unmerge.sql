create or replace trigger insert_only before update or delete on file_unmerge
    for each row execute function refuse_change();
create or replace trigger stamp before insert on file_unmerge for each row execute function stamp_merge();
create or replace trigger by_acts after insert on file_unmerge for each row execute function merge_by_acts();
