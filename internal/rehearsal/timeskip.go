package rehearsal

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

// skipper moves the clock of one workflow at a time. Time skipping is
// experimental in the server, and all that Hame uses of it is in this file.
type skipper struct {
	client    client.Client
	namespace string
}

// errEnded is the answer of a workflow that is over.
var errEnded = errors.New("the workflow has ended")

// errStopped is the answer of a skip that did not come to its end.
var errStopped = errors.New("the clock stopped on its way")

// skip moves a workflow's clock by a time, and returns where it then stands.
func (s skipper) skip(ctx context.Context, workflowID string, by time.Duration) (time.Time, error) {
	id := uuid.NewString()
	execution := &commonpb.WorkflowExecution{WorkflowId: workflowID}
	_, err := s.client.WorkflowService().UpdateWorkflowExecutionOptions(ctx, &workflowservice.UpdateWorkflowExecutionOptionsRequest{
		Namespace: s.namespace, WorkflowExecution: execution,
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

// forward moves a workflow's clock to an instant, with every timer on the way
// firing, and returns its clock as it then stands. A workflow that is past the
// instant is left alone.
func (s skipper) forward(ctx context.Context, workflowID string, now, to time.Time) (time.Time, error) {
	for to.After(now) {
		reached, err := s.skip(ctx, workflowID, to.Sub(now))
		if err == nil {
			return reached, nil
		}
		if !errors.Is(err, errStopped) && !isAway(err) {
			return now, ended(err, workflowID)
		}
		// How far it got only its clock tells.
		err = persist(ctx, func() (err error) {
			now, err = s.now(ctx, workflowID)
			return err
		})
		if err != nil {
			return now, err
		}
	}
	return now, nil
}

// poll waits for a fast-forward. done is false if it has to be issued again.
func (s skipper) poll(ctx context.Context, execution *commonpb.WorkflowExecution, id string) (reached time.Time, done bool, err error) {
	for {
		r, err := s.client.WorkflowService().PollWorkflowExecutionTimeSkipping(ctx, &workflowservice.PollWorkflowExecutionTimeSkippingRequest{
			Namespace: s.namespace, WorkflowExecution: execution, FastForwardId: id})
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

// now returns a workflow's own clock.
func (s skipper) now(ctx context.Context, workflowID string) (time.Time, error) {
	d, err := s.client.DescribeWorkflowExecution(ctx, workflowID, "")
	if err != nil {
		return time.Time{}, ended(err, workflowID)
	}
	if d.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return time.Time{}, fmt.Errorf("%s: %w", workflowID, errEnded)
	}
	if at := d.GetWorkflowExtendedInfo().GetTimeSkippingInfo().GetCurrentTime(); at != nil {
		return at.AsTime(), nil
	}
	return time.Now(), nil // it has never skipped
}

func ended(err error, workflowID string) error {
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return fmt.Errorf("%s: %w", workflowID, errEnded)
	}
	return err
}
