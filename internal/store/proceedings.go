package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// AddProceeding records what was lodged at the court about a person, or with 0 about the
// family, on a day and at an hour of it, empty if none is known.
func (t *Tx) AddProceeding(ctx context.Context, ref string, person int, kind casefile.Proceeding, on clock.Date,
	at string, command uuid.UUID) error {
	return t.exec(ctx, `
		insert into proceeding (case_ref, no, person_no, kind, lodged_on, lodged_at, command_id)
		select $1, 1 + coalesce(max(no), 0), $2, $3, $4, $5, $6 from proceeding where case_ref = $1`,
		ref, person, string(kind), on, at, command)
}

// AtCourt lists what stands at the court about a case.
func (t *Tx) AtCourt(ctx context.Context, ref string) ([]casefile.Standing, error) {
	var rows []casefile.Standing
	err := t.all(ctx, &rows, `
		select no, person_no, kind from proceeding where case_ref = $1 and ended_on is null order by no`, ref)
	return rows, err
}

// EndProceedings records how proceedings ended, and if it is not 0 the decision that fell.
func (t *Tx) EndProceedings(ctx context.Context, ref string, numbers []int, result casefile.CourtResult, on clock.Date,
	fell int, command uuid.UUID) error {
	return t.exec(ctx, `
		update proceeding set ended_on = $3, result = $4, fell = nullif($5, 0), ended_by = $6
		where case_ref = $1 and no = any($2)`, ref, pq.Array(numbers), on, string(result), fell, command)
}

// Fell lists the persons whose refusal in the decision that stands was quashed, 0 for all.
func (t *Tx) Fell(ctx context.Context, ref string) ([]int, error) {
	var people []int
	err := t.all(ctx, &people, `
		select distinct p.person_no from proceeding p join decision_in_force d on d.case_ref = p.case_ref and d.no = p.fell
		where p.case_ref = $1`, ref)
	return people, err
}
