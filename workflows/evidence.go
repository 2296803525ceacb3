package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hame/internal/casefile"
)

// gather runs evidence and welfare side by side, so that no child waits for a
// bank statement (rows 3 and 4). It ends when both are finished together: a
// questionnaire that a hold has opened again is waited for too. Late evidence is
// taken in any later stage.
func (r *review) gather(ctx workflow.Context) bool {
	if r.HasOpened(casefile.Representation) {
		return true
	}
	r.openIf(ctx, casefile.Evidence, func() bool { return r.Finished(casefile.Listed) }) // welfare opens with it
	finished := func() bool { return r.Finished(casefile.Evidence) && r.childrenSeen() }
	for r.HasOpened(casefile.Evidence) && !r.HasOpened(casefile.Representation) && !r.Over {
		if !r.await(ctx, func() bool { return finished() || r.Over }) {
			return false
		}
		// A hold that was before it in line may have given time back.
		r.openIf(ctx, casefile.Representation, finished)
	}
	return true
}
