package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hame/internal/casefile"
)

// gather runs evidence and welfare side by side, so that no child waits for a
// bank statement (rows 3 and 4).
func (r *review) gather(ctx workflow.Context) bool {
	if r.HasOpened(casefile.Representation) {
		return true
	}
	r.open(ctx, casefile.Evidence) // welfare opens with it
	var gathered, seen bool
	both := workflow.NewWaitGroup(ctx)
	both.Add(2)
	workflow.Go(ctx, func(ctx workflow.Context) {
		defer both.Done()
		gathered = r.evidence(ctx)
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		defer both.Done()
		seen = r.welfare(ctx)
	})
	both.Wait(ctx)
	return gathered && seen
}

// evidence ends when every provider has answered, or its deadline has passed and
// the gap is recorded. Late evidence is taken in any later stage.
func (r *review) evidence(ctx workflow.Context) bool {
	return r.await(ctx, func() bool { return r.Finished(casefile.Evidence) })
}
