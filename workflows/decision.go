package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hame/internal/casefile"
)

// decide ends when a named decision maker has signed, with a second officer
// where one is due (rows 6 to 8). It has deadlines, and none of them decides.
func (r *review) decide(ctx workflow.Context) bool {
	if r.HasOpened(casefile.Service) {
		return true
	}
	r.openIf(ctx, casefile.Decision, func() bool { return r.Finished(casefile.Representation) })
	return r.finish(ctx, casefile.Decision)
}
