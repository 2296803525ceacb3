package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hame/internal/casefile"
)

// welfare ends when each child's check is signed, or waived by a senior
// caseworker, after which only a grant can be signed. No deadline ends it: a
// report that nobody writes escalates and stays.
func (r *review) welfare(ctx workflow.Context) bool {
	return r.await(ctx, func() bool { return r.Finished(casefile.Welfare) })
}
