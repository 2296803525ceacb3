package activities

import (
	"context"
	"errors"
	"time"
)

// EscalateClosed lets the rungs act that are due on closed cases, for which no review
// runs: an open task on a closed case escalates like any other. It is the worker's own
// to call, from time to time; calling it again does nothing. One case that fails holds
// up no other.
func (a *Activities) EscalateClosed(ctx context.Context, now time.Time) error {
	rungs, err := a.Store.RungsOfClosed(ctx, now)
	if err != nil {
		return err
	}
	var failed error
	for _, r := range rungs {
		_, err := a.ActOnRung(ctx, ActOnRungParams{Case: r.Case, Kind: r.Kind, Subject: r.Subject, Rung: r.Rung, Now: now})
		failed = errors.Join(failed, err)
	}
	return failed
}
