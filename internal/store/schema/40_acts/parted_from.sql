-- The file into which another was merged, once two officers have parted the two; refused while they have not.
create or replace function parted_from(in_other text, in_no int) returns text language plpgsql stable
    set search_path = hame, pg_temp as $$
declare
    stays text := (select m.into_ref from file_merge m join file_unmerge u using (other_ref, no)
                   where m.other_ref = in_other and m.no = in_no);
begin
    if stays is null then
        raise exception 'the files were not parted' using errcode = 'insufficient_privilege';
    end if;
    return stays;
end $$;
