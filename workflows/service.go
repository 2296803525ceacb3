package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hame/internal/casefile"
)

// serve ends when each person is served, with proof, and has the document, or a
// caseworker has looked for an appeal after the window and found none (rows 9
// and 10), and nothing that arrived meanwhile is left. A decision is not the end of a
// case (C7, C8). A review in which nobody of the family is left to decide about ends from
// any stage, when nothing of it is left.
func (r *review) serve(ctx workflow.Context) bool {
	if r.HasOpened(casefile.Closed) {
		return true
	}
	r.openIf(ctx, casefile.Service, func() bool { return r.Finished(casefile.Decision) })
	finished := func() bool { return r.Finished(casefile.Service) || r.Ended() }
	closing := func() bool { return r.HasOpened(casefile.Service) || r.Over }
	for closing() && !r.HasOpened(casefile.Closed) {
		if !r.await(ctx, func() bool { return finished() || !closing() }) {
			return false
		}
		r.openIf(ctx, casefile.Closed, finished) // what arrived just before it holds the closing
	}
	return true
}
