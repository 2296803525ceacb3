package desk

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

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
	_, err := send(t.Context(), func() (client.WorkflowUpdateHandle, error) {
		if sent++; sent < 3 {
			return nil, notReady
		}
		return nil, away
	})
	require.ErrorIs(t, err, away)
	require.Equal(t, 3, sent)

	ctx, cancel := context.WithCancelCause(t.Context())
	_, err = send(ctx, func() (client.WorkflowUpdateHandle, error) {
		cancel(errors.New("patience is at its end"))
		return nil, notReady
	})
	require.ErrorIs(t, err, notReady)
}

// TestWhyAnActIsNotAnswered: the server's word that the time is over is no reason
// of its own, whichever of the two clocks is first.
func TestWhyAnActIsNotAnswered(t *testing.T) {
	patience := errors.New("its review did not answer")
	over := client.NewWorkflowUpdateServiceTimeoutOrCanceledError(errors.New("stream terminated by RST_STREAM with error code: CANCEL"))
	away := serviceerror.NewUnavailable("away")
	within := func(d time.Duration) context.Context {
		ctx, cancel := context.WithTimeoutCause(t.Context(), d, patience)
		t.Cleanup(cancel)
		return ctx
	}
	left, leave := context.WithCancel(within(time.Hour))
	leave()
	for _, c := range []struct {
		name    string
		waiting context.Context
		err     error
		says    string
	}{
		{"the server's clock is a moment before ours", within(50 * time.Millisecond), over, patience.Error()},
		{"ours is before the server's", within(0), context.DeadlineExceeded, patience.Error()},
		{"the server gives it back long before the time is over", within(time.Hour), over, over.Error()},
		{"the server is away", within(time.Hour), away, away.Error()},
		{"whoever typed it breaks it off", left, over, "it was broken off here"},
	} {
		require.EqualError(t, unanswered(c.waiting, c.err), c.says, c.name)
	}
}
