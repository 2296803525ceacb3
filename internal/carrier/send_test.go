package carrier

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

// TestAnActIsSentUntilATaskTakesIt: what a failed workflow task gives back is sent
// again; any other answer is the answer.
func TestAnActIsSentUntilATaskTakesIt(t *testing.T) {
	notReady := fmt.Errorf("failed workflow update: %w", serviceerror.NewWorkflowNotReady("a workflow task failed"))
	away := serviceerror.NewUnavailable("away")
	sent := 0
	_, err := untilTaken(t.Context(), func() (client.WorkflowUpdateHandle, error) {
		if sent++; sent < 3 {
			return nil, notReady
		}
		return nil, away
	})
	require.ErrorIs(t, err, away)
	require.Equal(t, 3, sent)

	ctx, cancel := context.WithCancelCause(t.Context())
	_, err = untilTaken(ctx, func() (client.WorkflowUpdateHandle, error) {
		cancel(errors.New("patience is at its end"))
		return nil, notReady
	})
	require.ErrorIs(t, err, notReady)
}
