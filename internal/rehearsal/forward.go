package rehearsal

import (
	"context"
	"time"

	"go.temporal.io/sdk/client"
)

// Forward moves a workflow's clock to an instant, with every timer on the way
// firing, and returns its clock as it then stands. now is the clock as it
// stands before; a workflow that is past the instant is left alone.
func Forward(ctx context.Context, c client.Client, namespace, workflowID string, now, to time.Time) (time.Time, error) {
	return skipper{c, namespace}.forward(ctx, workflowID, now, to)
}
