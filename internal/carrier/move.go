package carrier

import (
	"context"
	"errors"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"

	"hame/internal/casefile"
	"hame/internal/contract"
	"hame/internal/store"
	"hame/internal/timeskip"
)

// moveReviews moves the reviews of families that became restricted, or are so no
// longer, to the namespace where they belong.
func (d *Dispatcher) moveReviews(ctx context.Context) error {
	for {
		m, found, err := d.Record.ClaimReviewToMove(ctx)
		if err != nil || !found {
			return err
		}
		if err := d.move(ctx, m); err != nil {
			giving, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			_ = d.Record.PutBackReviewToMove(giving, m.Case) // or the claim lapses
			cancel()
			return err // no case is named: operations read the log
		}
	}
}

// move has a review go on in the namespace where it belongs: its run elsewhere is
// ended, a new one starts from the record, and then what Temporal kept of the old
// ones is deleted. From the claim on, only a run in the right namespace changes the
// record, so that nothing of an act is lost between. It can be broken off at any
// point and done again.
func (c *Carrier) move(ctx context.Context, m store.ToMove) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if !m.Started {
		// What only the run knows goes with it, if it still says where it stands: the last
		// link that it was told of, and that somebody asked to cancel it.
		before, _ := c.stateOf(ctx, !m.Apart, m.Case)
		stood, err := c.endRun(ctx, !m.Apart, m.Case)
		if err != nil {
			return err
		}
		if !m.Closed {
			if err := c.startFromRecord(ctx, m, before, stood); err != nil {
				return err
			}
		}
		if err := c.Record.ReviewMoved(ctx, m, false); err != nil {
			return err
		}
	}
	gone, err := c.deleteRuns(ctx, !m.Apart, m.Case)
	if err != nil {
		return err
	}
	if !gone {
		return c.Record.PutBackReviewToMove(ctx, m.Case) // Temporal deletes in its own time: look again
	}
	return c.Record.ReviewMoved(ctx, m, true)
}

// endRun ends the run of a review, and returns where its clock stood; now where it
// did not run.
func (c *Carrier) endRun(ctx context.Context, apart bool, ref string) (time.Time, error) {
	stood, err := c.clockOf(apart).Now(ctx, ref)
	if errors.Is(err, timeskip.ErrEnded) {
		return c.Record.BusinessNow(ctx)
	}
	if err != nil {
		return stood, err
	}
	err = c.Temporal.Of(apart).TerminateWorkflow(ctx, ref, "", "moved to the namespace where it belongs")
	var over *serviceerror.NotFound
	if errors.As(err, &over) {
		err = nil
	}
	return stood, err
}

// startFromRecord starts a review from its record. In a synthetic database its clock
// is moved to where that of the run before stood: it goes on at no earlier day.
func (c *Carrier) startFromRecord(ctx context.Context, m store.ToMove, before casefile.Review, stood time.Time) error {
	facts, err := c.Record.RecordedReview(ctx, m.Case)
	if err != nil {
		return err
	}
	state := casefile.FromRecord(facts)
	state.Head, state.CancelRequested, state.ContinueAfter = before.Head, before.CancelRequested, before.ContinueAfter
	o := contract.ReviewOptions(state, c.TaskQueue)
	o.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	if _, err := c.Temporal.Of(m.Apart).ExecuteWorkflow(ctx, o, contract.CaseReviewWorkflow, state); err != nil {
		return fmt.Errorf("start a moved review: %w", err)
	}
	synthetic, err := c.Record.Synthetic(ctx)
	if err != nil || !synthetic {
		return err
	}
	return c.clockOf(m.Apart).CatchUp(ctx, m.Case, stood)
}

func (c *Carrier) clockOf(apart bool) timeskip.Skipper {
	return timeskip.Skipper{Client: c.Temporal.Of(apart), Namespace: c.Temporal.Name(apart)}
}

// deleteRuns deletes what one of the namespaces keeps of a review, and reports whether
// nothing is left. Temporal deletes in its own time: asked again, it says how far it is.
func (c *Carrier) deleteRuns(ctx context.Context, apart bool, ref string) (gone bool, err error) {
	from := c.Temporal.Of(apart)
	runs := map[string]bool{}
	d, err := from.DescribeWorkflowExecution(ctx, ref, "")
	var missing *serviceerror.NotFound
	switch {
	case err == nil: // the list may not have it yet
		runs[d.GetWorkflowExecutionInfo().GetExecution().GetRunId()] = true
	case !errors.As(err, &missing):
		return false, err
	}
	var token []byte
	for more := true; more; more = len(token) > 0 {
		page, err := from.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{PageSize: 1000,
			NextPageToken: token,
			Query:         fmt.Sprintf("WorkflowId = '%s'", ref)})
		if err != nil {
			return false, fmt.Errorf("list the runs of a moved review: %w", err)
		}
		for _, e := range page.GetExecutions() {
			runs[e.GetExecution().GetRunId()] = true
		}
		token = page.GetNextPageToken()
	}
	for run := range runs {
		_, err := from.WorkflowService().DeleteWorkflowExecution(ctx, &workflowservice.DeleteWorkflowExecutionRequest{
			Namespace: c.Temporal.Name(apart), WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: ref, RunId: run}})
		if err != nil && !errors.As(err, &missing) {
			return false, fmt.Errorf("delete a run of a moved review: %w", err)
		}
	}
	return len(runs) == 0, nil
}
