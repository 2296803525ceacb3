package rehearsal

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/serviceerror"

	"hame/internal/desk"
	"hame/internal/store"
)

// How long people go on trying while the database or Temporal is away, and how
// often [D].
const (
	patience = 5 * time.Minute
	tryEvery = 200 * time.Millisecond
	// answerWithin is how long an answer is waited for before the same act is tried again.
	answerWithin = 20 * time.Second
)

// persist does what people do when the system is down: they try again, the same
// act, until it answers.
func persist(ctx context.Context, try func() error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := try()
		if err == nil || !isAway(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(tryEvery):
		}
	}
}

// errNotRunning is the answer of a review that the record has open and that does
// not run. People wait until somebody recovers it.
var errNotRunning = errors.New("the case is open and its review does not run: case recover")

// isAway reports whether an error is of an outage, and not of what was asked.
func isAway(err error) bool {
	var undelivered *desk.UndeliveredError
	var unavailable *serviceerror.Unavailable
	var late *serviceerror.DeadlineExceeded
	return errors.Is(err, errNotRunning) || errors.As(err, &undelivered) ||
		errors.As(err, &unavailable) || errors.As(err, &late) ||
		store.IsKind(err, store.Unavailable) || store.IsKind(err, store.Conflict) ||
		store.IsKind(err, store.Blocked)
}
