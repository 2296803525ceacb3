package store

import (
	"context"

	"github.com/google/uuid"

	"hame/internal/clock"
)

// AddRepresentativeChange records that the family has another representative from a day,
// or none any more. until is the last day on which letters go to the one before too, zero
// if none do.
func (t *Tx) AddRepresentativeChange(ctx context.Context, ref string, on, until clock.Date, command uuid.UUID) error {
	return t.exec(ctx, `
		insert into representative_change (case_ref, no, changed_on, both_until, command_id)
		select $1, 1 + coalesce(max(no), 0), $2, $3, $4 from representative_change where case_ref = $1`,
		ref, on, until, command)
}

// FormerRepresentative returns the days from and to which letters go to a former
// representative too, by the last change that has one; zero if none has.
func (t *Tx) FormerRepresentative(ctx context.Context, ref string) (from, until clock.Date, err error) {
	var row struct {
		From  clock.Date `db:"changed_on"`
		Until clock.Date `db:"both_until"`
	}
	err = t.get(ctx, &row, `
		select changed_on, both_until from representative_change
		where case_ref = $1 and both_until is not null order by no desc limit 1`, ref)
	if IsKind(err, NotFound) {
		err = nil
	}
	return row.From, row.Until, err
}

// OwedToFormer reports whether a letter went to the representative while letters also went to
// the one before, who was not sent it.
func (t *Tx) OwedToFormer(ctx context.Context, ref string, letter int) (owed bool, err error) {
	err = t.get(ctx, &owed, `select owed_to_former($1, $2)`, ref, letter)
	return owed, err
}
