// Package timeskip moves the clock of one workflow at a time. Time skipping is
// experimental in the server, and all that Hame uses of it is in this package: it is
// for synthetic databases only.
package timeskip

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// Skipper moves the clocks of the workflows of one namespace.
type Skipper struct {
	Client    client.Client
	Namespace string
}

// How long the server is waited for while it is away, and how often it is asked [D].
const (
	patience = 5 * time.Minute
	tryEvery = 200 * time.Millisecond
)

// ErrEnded is the answer of a workflow that is over.
var ErrEnded = errors.New("the workflow has ended")

// errStopped is the answer of a skip that did not come to its end.
var errStopped = errors.New("the clock stopped on its way")

// skip moves a workflow's clock by a time, and returns where it then stands.
func (s Skipper) skip(ctx context.Context, workflowID string, by time.Duration) (time.Time, error) {
	id := uuid.NewString()
	execution := &commonpb.WorkflowExecution{WorkflowId: workflowID}
	_, err := s.Client.WorkflowService().UpdateWorkflowExecutionOptions(ctx,
		&workflowservice.UpdateWorkflowExecutionOptionsRequest{
			Namespace: s.Namespace, WorkflowExecution: execution,
			WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{
				Enabled: true, FastForwardConfig: &commonpb.FastForwardConfig{Id: id, Duration: durationpb.New(by)},
			}},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
		})
	if err != nil {
		return time.Time{}, err
	}
	reached, done, err := s.poll(ctx, execution, id)
	var missing *serviceerror.NotFound
	if err == nil && !done || errors.As(err, &missing) { // the run has ended, or continued as new
		err = errStopped
	}
	return reached, err
}

// Forward moves a workflow's clock to an instant, with every timer on the way
// firing, and returns its clock as it then stands. now is the clock as it stands
// before; a workflow that is past the instant is left alone. The error is
// [ErrEnded] where the workflow is over.
func (s Skipper) Forward(ctx context.Context, workflowID string, now, to time.Time) (time.Time, error) {
	for to.After(now) {
		reached, err := s.skip(ctx, workflowID, to.Sub(now))
		if err == nil {
			return reached, nil
		}
		if !errors.Is(err, errStopped) && !isAway(err) {
			return now, ended(err, workflowID)
		}
		// How far it got only its clock tells.
		if now, err = s.nowWhenBack(ctx, workflowID); err != nil {
			return now, err
		}
	}
	return now, nil
}

// nowWhenBack is [Skipper.Now], asked again while the server is away.
func (s Skipper) nowWhenBack(ctx context.Context, workflowID string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		now, err := s.Now(ctx, workflowID)
		if err == nil || !isAway(err) {
			return now, err
		}
		select {
		case <-ctx.Done():
			return now, err
		case <-time.After(tryEvery):
		}
	}
}

// isAway reports whether an error is of an outage of the server.
func isAway(err error) bool {
	var unavailable *serviceerror.Unavailable
	var late *serviceerror.DeadlineExceeded
	return errors.As(err, &unavailable) || errors.As(err, &late)
}

// poll waits for a fast-forward. done is false if it has to be issued again.
func (s Skipper) poll(ctx context.Context, execution *commonpb.WorkflowExecution, id string,
) (reached time.Time, done bool, err error) {
	for {
		r, err := s.Client.WorkflowService().PollWorkflowExecutionTimeSkipping(ctx,
			&workflowservice.PollWorkflowExecutionTimeSkippingRequest{
				Namespace: s.Namespace, WorkflowExecution: execution, FastForwardId: id})
		if err != nil {
			return reached, false, err
		}
		switch r.GetFastForwardPollingResult() {
		case enumspb.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED:
			return r.GetFastForwardInfo().GetTargetTime().AsTime(), true, nil
		case enumspb.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_FAILED:
			// The execution has ended, or the session's limit of skips was met: the
			// clock as it stands tells which.
			return reached, false, nil
		}
	}
}

// CatchUp moves the clock of a workflow that was just started to an instant. One that
// is past it, or over, is left alone.
func (s Skipper) CatchUp(ctx context.Context, workflowID string, to time.Time) error {
	now, err := s.Now(ctx, workflowID)
	if err == nil {
		_, err = s.Forward(ctx, workflowID, now, to)
	}
	if errors.Is(err, ErrEnded) {
		return nil
	}
	return err
}

// Now returns a workflow's own clock. The error is [ErrEnded] where it is over.
func (s Skipper) Now(ctx context.Context, workflowID string) (time.Time, error) {
	d, err := s.Client.DescribeWorkflowExecution(ctx, workflowID, "")
	if err != nil {
		return time.Time{}, ended(err, workflowID)
	}
	if d.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return time.Time{}, fmt.Errorf("%s: %w", workflowID, ErrEnded)
	}
	if at := d.GetWorkflowExtendedInfo().GetTimeSkippingInfo().GetCurrentTime(); at != nil {
		return at.AsTime(), nil
	}
	return time.Now(), nil // it has never skipped
}

func ended(err error, workflowID string) error {
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return fmt.Errorf("%s: %w", workflowID, ErrEnded)
	}
	return err
}
