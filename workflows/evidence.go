package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hame/internal/casefile"
)

// evidenceAskedAgain is the change by which evidence is waited for until it and
// welfare are finished together: a questionnaire that is opened again, because a
// hold gave the family its time back, is waited for too. A review that came here
// before waits for each of them once.
const evidenceAskedAgain = "evidence-asked-again"

// gather runs evidence and welfare side by side, so that no child waits for a
// bank statement (rows 3 and 4).
func (r *review) gather(ctx workflow.Context) bool {
	if r.HasOpened(casefile.Representation) {
		return true
	}
	r.open(ctx, casefile.Evidence) // welfare opens with it
	if workflow.GetVersion(ctx, evidenceAskedAgain, workflow.DefaultVersion, 1) == 1 {
		finished := func() bool { return r.Finished(casefile.Evidence) && r.Finished(casefile.Welfare) }
		for !r.HasOpened(casefile.Representation) {
			if !r.await(ctx, finished) {
				return false
			}
			// A hold that was before it in line may have given time back.
			r.openIf(ctx, casefile.Representation, finished)
		}
		return true
	}
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
