-- +goose Up
-- What a working day and a bad day need beside the straight path.

-- +goose StatementBegin
-- What case_file shows beside the straight path's facts, by the reader's sight.
create function case_more(ref text, sight text) returns jsonb language sql stable as $$
    select '{}'::jsonb
$$;
-- +goose StatementEnd

-- +goose Down
