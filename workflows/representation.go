package workflows

import (
	"go.temporal.io/sdk/workflow"

	"hame/internal/casefile"
)

// represent waits in the Scottish minister's window. It ends when the minister has
// represented or declined, or when twenty working days have passed in silence,
// which counts as none received (row 5). There is no way from here to an outcome.
func (r *review) represent(ctx workflow.Context) bool {
	if r.HasOpened(casefile.Decision) {
		return true
	}
	return r.finish(ctx, casefile.Representation)
}
