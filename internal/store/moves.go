package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// What became of a move.
const (
	MoveAccepted  = "accepted"
	MoveWithdrawn = "withdrawn"
)

// Move is a move of a family to another council that waits to be accepted.
type Move struct {
	No int    `db:"no"`
	To string `db:"to_council"` // GSS code
}

// OpenMove returns the move of a family that waits to be accepted. NotFound if none does.
func (t *Tx) OpenMove(ctx context.Context, ref string) (Move, error) {
	var m Move
	err := t.get(ctx, &m, `select no, to_council from council_move where case_ref = $1 and result is null`, ref)
	return m, err
}

// AddMove records that a family moves from one council to another.
func (t *Tx) AddMove(ctx context.Context, ref, from, to string, on clock.Date, command uuid.UUID) error {
	return t.exec(ctx, `
		insert into council_move (case_ref, no, from_council, to_council, moved_on, command_id)
		select $1, 1 + coalesce(max(no), 0), $2, $3, $4, $5 from council_move where case_ref = $1`,
		ref, from, to, on, command)
}

// SettleMove records what became of the move that waits: accepted or withdrawn.
func (t *Tx) SettleMove(ctx context.Context, ref, result string, at time.Time, command uuid.UUID) error {
	return t.exec(ctx, `
		update council_move set result = $2, settled_at = $3, settled_by = $4, recorded_at = clock_timestamp()
		where case_ref = $1 and result is null`, ref, result, at, command)
}

// MoveFamily gives a family to a council that has accepted it, from an instant on. What its
// council was before is kept for figures at an earlier instant.
func (t *Tx) MoveFamily(ctx context.Context, ref, to string, at time.Time) error {
	return t.exec(ctx, `
		with instant as (select set_config('hame.business_at', $3, true))
		update family f set council = $2 from instant where f.case_ref = $1`, ref, to, at.UTC().Format(time.RFC3339Nano))
}

// KeepCalendar lets a task keep a calendar from now on.
func (t *Tx) KeepCalendar(ctx context.Context, task int64, calendar clock.CalendarID) error {
	return t.exec(ctx, `update task set calendar = $2 where id = $1`, task, calendar)
}

// GiveDays gives a task so many days in all, beside those that it was extended by.
func (t *Tx) GiveDays(ctx context.Context, task int64, days int) error {
	return t.exec(ctx, `update task set days = $2 where id = $1`, task, days)
}

// OpenGaps lists what providers were asked and did not answer in time, unless the same was
// asked again or has been answered since.
func (t *Tx) OpenGaps(ctx context.Context, ref string) ([]casefile.OpenGap, error) {
	var rows []casefile.OpenGap
	err := t.all(ctx, &rows, `
		select k.kind, k.subject from task k
		where k.case_ref = $1 and k.result = 'gap' and k.answered_at is null and k.void_at is null
		  and not exists (select from end_in_force e where e.case_ref = $1 and e.person_no = k.subject)
		  and not exists (select from task n where n.case_ref = $1 and n.kind = k.kind and n.subject = k.subject
		                  and n.id > k.id and n.void_at is null)
		order by k.id`, ref)
	return rows, err
}

// MoveToMe is a family that moves to another council, as that council is told of it before
// it accepts it: how many children it has, and nothing else of the file.
type MoveToMe struct {
	Case     string     `db:"case_ref" json:"case"`
	Council  string     `db:"to_council" json:"to_council"`
	Children int        `db:"children" json:"children"`
	MovedOn  clock.Date `db:"moved_on" json:"moved_on"`
	DueOn    clock.Date `db:"due_on" json:"due_on"`
}

// Moves lists the moves that wait to be accepted: a council's welfare lead those to their
// own council, and who sees a family's file that family's.
func (s *Store) Moves(ctx context.Context) ([]MoveToMe, error) {
	rows := []MoveToMe{}
	err := s.db.SelectContext(ctx, &rows, `select case_ref, to_council, children, moved_on, due_on from list_moves()`)
	return rows, mapError(err)
}
