package store

import (
	"context"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// AddSubmission records further submissions for a person, received on a day.
func (t *Tx) AddSubmission(ctx context.Context, ref string, person int, on clock.Date, command uuid.UUID) error {
	return t.exec(ctx, `
		insert into submission (case_ref, no, person_no, received_on, command_id)
		select $1, 1 + coalesce(max(no), 0), $2, $3, $4 from submission where case_ref = $1`, ref, person, on, command)
}

// ConsiderSubmissions records what was made of all that waits for a person. It reports
// false if nothing does.
func (t *Tx) ConsiderSubmissions(ctx context.Context, ref string, person int, result casefile.SubmissionResult,
	on clock.Date, command uuid.UUID) (bool, error) {
	var n int
	err := t.get(ctx, &n, `
		with considered as (
			update submission set result = $3, considered_on = $4, considered_by = $5
			where case_ref = $1 and person_no = $2 and result is null returning 1)
		select count(*) from considered`, ref, person, string(result), on, command)
	return n > 0, err
}

// SubmissionsWait reports whether further submissions for a person wait to be considered.
func (t *Tx) SubmissionsWait(ctx context.Context, ref string, person int) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select exists (select from submission where case_ref = $1 and person_no = $2 and result is null)`, ref, person)
	return yes, err
}
