package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"hame/internal/casefile"
)

// listed prepares the case for its listing date: it gets an owner, its record
// is compared with the paper file, and it is triaged. The stage ends on the
// listing date, and not before all that is done (rows 0 to 2).
func (r *review) listed(ctx workflow.Context) bool {
	if r.HasOpened(casefile.Evidence) {
		return true
	}
	for {
		listingAt := r.ListingAt
		if !r.awaitInstant(ctx, listingAt, "listing date", func() bool { return !r.ListingAt.Equal(listingAt) || r.Over }) {
			return false
		}
		if r.ListingAt.Equal(listingAt) {
			break
		}
		// A senior caseworker has brought the family forward.
	}
	return r.await(ctx, func() bool { return r.Finished(casefile.Listed) || r.Over })
}

// awaitInstant waits for an instant of business time, or until it has moved. It
// returns false if the run is to end first.
func (r *review) awaitInstant(ctx workflow.Context, at time.Time, what string, moved func() bool) bool {
	wait := at.Sub(workflow.Now(ctx))
	if wait <= 0 {
		return true
	}
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(ctx, wait, workflow.TimerOptions{Summary: what})
	return r.await(ctx, func() bool { return timer.IsReady() || moved() })
}
