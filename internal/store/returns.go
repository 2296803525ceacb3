package store

import (
	"context"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// AddReturnStep records a step of a person's return.
func (t *Tx) AddReturnStep(ctx context.Context, ref string, person int, step string, on clock.Date,
	command uuid.UUID) error {
	return t.exec(ctx, `
		insert into return_step (case_ref, person_no, no, step, taken_on, command_id)
		select $1, $2, 1 + greatest(max(no), struck_no('return_step', $1)), $3, $4, $5
		from return_step where case_ref = $1 and person_no = $2`, ref, person, step, on, command)
}

// NoticeOf returns the day of the last notice of removal to a person; zero if there is none.
func (t *Tx) NoticeOf(ctx context.Context, ref string, person int) (clock.Date, error) {
	var on clock.Date
	err := t.get(ctx, &on, `
		select max(taken_on) from return_step where case_ref = $1 and person_no = $2 and step = $3`,
		ref, person, casefile.StepNotice)
	return on, err
}

// OpenRemovalWindow records a removal window of two officers. The constraint
// one_open_window refuses a second one of the person.
func (t *Tx) OpenRemovalWindow(ctx context.Context, ref string, person int, f casefile.WindowFields,
	first, second string, command uuid.UUID) error {
	return t.exec(ctx, `
		insert into removal_window (case_ref, person_no, no, opens_on, closes_on, first_by, second_by, command_id)
		select $1, $2, 1 + greatest(max(no), struck_no('removal_window', $1)), $3, $4, $5, $6, $7
		from removal_window where case_ref = $1 and person_no = $2`,
		ref, person, f.OpensOn, f.ClosesOn, first, second, command)
}

// CloseRemovalWindows closes the open removal windows of a person, or with 0 of the whole
// family, and returns how many there were.
func (t *Tx) CloseRemovalWindows(ctx context.Context, ref string, person int, why string, on clock.Date) (int, error) {
	var n int
	err := t.get(ctx, &n, `
		with closed as (
			update removal_window set closed_on = $4, closed_why = $3
			where case_ref = $1 and $2 in (0, person_no) and closed_on is null returning 1)
		select count(*) from closed`, ref, person, why, on)
	return n, err
}

// WindowOn reports whether a removal window of a person was open on a day.
func (t *Tx) WindowOn(ctx context.Context, ref string, person int, on clock.Date) (bool, error) {
	var yes bool
	err := t.get(ctx, &yes, `
		select exists (select from removal_window where case_ref = $1 and person_no = $2
			and $3 between opens_on and closes_on and (closed_on is null or closed_on > $3))`, ref, person, on)
	return yes, err
}
