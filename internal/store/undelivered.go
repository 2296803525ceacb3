package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"hame/internal/casefile"
)

// Claimed is an act on record that a worker has taken to deliver.
type Claimed struct {
	ID         uuid.UUID     `db:"id"`
	Case       string        `db:"case_ref"` // or Lane, or Office
	Lane       casefile.Lane `db:"lane"`
	Office     string        `db:"office"`
	Act        casefile.Act  `db:"kind"`
	Subject    int           `db:"subject_no"`
	Fields     []byte        `db:"fields"`
	RecordedAt time.Time     `db:"recorded_at"`
	// WaitingSince is when the act was recorded, or if no worker was here then, when
	// workers came back: an act is given up by how long it has waited for one.
	WaitingSince time.Time `db:"waiting_since"`
	// Answered says that the act has its outcome: a worker died before it could say so.
	Answered bool `db:"answered"`
	// Apart says that the review runs, or will run, among those of restricted families.
	Apart bool `db:"apart"`
}

// ClaimUndelivered strikes the acts that were delivered, and takes others to
// deliver, at most so many. It takes the acts of a case, a lane or an office in the
// order recorded, one at a time, and of different logins by turns; within a login, acts
// that failed less often come first. A claim lapses after [ClaimLasts]: what a dead
// worker had taken is taken by another.
func (s *Store) ClaimUndelivered(ctx context.Context, delivered []uuid.UUID, atMost int) ([]Claimed, error) {
	var rows []Claimed
	err := s.db.SelectContext(ctx, &rows, `
		select id, case_ref, lane, office, kind, subject_no, fields, recorded_at, waiting_since, answered, apart from claim_undelivered($1, $2)`,
		pq.Array(delivered), atMost)
	return rows, mapError(err)
}

// ClaimLasts is how long an act is left to the worker that took it: the function
// claim_undelivered has the same.
const ClaimLasts = 30 * time.Second

// PutBack gives an act back that could not be delivered: it is taken again after a
// second, then after two, and so on, at last every half minute. notRunning says that
// its review does not run, which its author is told.
func (s *Store) PutBack(ctx context.Context, id uuid.UUID, notRunning bool) error {
	why := ""
	if notRunning {
		why = "not_running"
	}
	_, err := s.db.ExecContext(ctx, `select put_back_undelivered($1, $2)`, id, why)
	return mapError(err)
}

// Release gives an act back that its worker had no time to deliver.
func (s *Store) Release(ctx context.Context, id uuid.UUID) error {
	_, err := s.db.ExecContext(ctx, `select release_undelivered($1)`, id)
	return mapError(err)
}

// Expire marks an undelivered command as expired, if it still has no outcome.
func (s *Store) Expire(ctx context.Context, id uuid.UUID, at time.Time) error {
	_, err := s.db.ExecContext(ctx, `
		insert into command_outcome (command_id, outcome, code, business_at) values ($1, 'expired', 'undelivered', $2)
		on conflict do nothing`, id, at)
	return mapError(err)
}

// RefuseUndelivered writes the refusal of a command that reached no history, if the
// command still has no outcome.
func (s *Store) RefuseUndelivered(ctx context.Context, id uuid.UUID, r *casefile.Refusal) error {
	detail, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, `
		insert into command_outcome (command_id, outcome, code, detail) values ($1, 'refused', $2, $3) on conflict do nothing`,
		id, string(r.Code), string(detail))
	return mapError(err)
}

// Awaited is a command of the session's own, as it stands after a wait.
type Awaited struct {
	MyCommand
	// Answered says that the worker has done with the command: what follows from the
	// act is on record too.
	Answered bool `db:"answered"`
	// Why is not_running where the case's review was found not to run.
	Why string `db:"why"`
}

// AwaitOutcome waits inside the database until a command of the session's own has
// been answered, or until the time given is over, five seconds at most. NotFound if
// there is no such command.
func (s *Store) AwaitOutcome(ctx context.Context, id uuid.UUID, wait time.Duration) (Awaited, error) {
	var row Awaited
	err := s.db.GetContext(ctx, &row, `
		select coalesce(case_ref, '') as case_ref, kind, outcome, detail, coalesce(revision, 0) as revision, answered, why
		from await_outcome($1, $2)`, id, wait.Seconds())
	return row, mapError(err)
}

// WorkerSeen is when a worker last looked for acts to deliver.
type WorkerSeen struct {
	Never bool
	Ago   time.Duration
}

// Away reports whether no worker runs, as far as the record tells: one that runs is
// noted every ten seconds.
func (w WorkerSeen) Away() bool { return w.Never || w.Ago > 15*time.Second }

// InWords says for how long no worker was there; it is empty if one is.
func (w WorkerSeen) InWords() string {
	switch {
	case w.Never:
		return "no worker ever looked for acts to deliver"
	case w.Away():
		return "no worker has looked for acts to deliver for " + w.Ago.Round(time.Second).String()
	}
	return ""
}

// WorkerSeen tells when a worker last looked for acts to deliver, to ten seconds.
func (s *Store) WorkerSeen(ctx context.Context) (WorkerSeen, error) {
	var seconds *float64
	err := s.db.GetContext(ctx, &seconds, `select worker_away_for()`)
	if err != nil || seconds == nil {
		return WorkerSeen{Never: err == nil}, mapError(err)
	}
	return WorkerSeen{Ago: time.Duration(*seconds * float64(time.Second))}, nil
}
