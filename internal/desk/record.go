package desk

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
	"hame/workflows"
)

// file keeps what arrived for a closed case with it: receiving never fails. A
// senior caseworker gets a task.
func (d *Desk) file(ctx context.Context, c store.NewCommand) (workflows.Receipt, error) {
	for {
		holidays, err := d.Store.HolidaysInForce(ctx)
		if err != nil {
			return workflows.Receipt{}, err
		}
		due, err := policy.ArrivalLadder(c.AttestedOn, holidays)
		if err != nil {
			return workflows.Receipt{}, err
		}
		waits, err := activities.PostWaitsUntil(c.AttestedOn, holidays)
		if err != nil {
			return workflows.Receipt{}, err
		}
		err = d.Store.File(ctx, c.ID, due, waits)
		if store.IsKind(err, store.Conflict) {
			continue // another calendar has come into force meanwhile
		}
		if refusal, refused := casefile.AsRefusal(err); refused {
			return d.refuse(ctx, c, refusal)
		}
		return workflows.Receipt{Stage: casefile.Closed, Filed: true}, err
	}
}

// ReceivePost records an item of post of which no case is known. It needs the
// database only, and returns the item's number.
func (d *Desk) ReceivePost(ctx context.Context, on clock.Date, f *casefile.PostFields, says store.PostSays, note string) (int, error) {
	c, err := New("", casefile.ActReceivePost, 0, on, f, note)
	if err != nil {
		return 0, err
	}
	c.Office = store.Mailroom
	holidays, err := d.Store.HolidaysInForce(ctx)
	if err != nil {
		return 0, err
	}
	until, err := activities.PostWaitsUntil(on, holidays)
	if err != nil {
		return 0, err
	}
	return d.Store.ReceivePost(ctx, c, says, until)
}

// Recover restarts a review from its recorded state where none runs, and frees a
// stuck one. The receipt refuses it for a review that runs well.
func (d *Desk) Recover(ctx context.Context, c store.NewCommand) (workflows.Receipt, error) {
	state, err := d.Store.RecordedReview(ctx, c.Case)
	if err != nil {
		return workflows.Receipt{}, err
	}
	if err := d.Store.InsertCommand(ctx, c); err != nil {
		return workflows.Receipt{}, err
	}
	if state.Stage == casefile.Closed {
		return d.refuse(ctx, c, casefile.Refuse(casefile.RefusedClosed, "the case is closed: nothing has to run for it"))
	}
	state.Recovered = true
	o := activities.ReviewOptions(state, d.TaskQueue)
	o.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	return d.deliverWithStart(ctx, c, state, o)
}

// TakeStock has a review look at its record again. It reports false where none runs.
func (d *Desk) TakeStock(ctx context.Context, ref string) (bool, error) {
	handle, err := d.Temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: ref, UpdateName: workflows.TakeStockUpdate, WaitForStage: client.WorkflowUpdateStageCompleted})
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return false, nil
	}
	if err == nil {
		err = handle.Get(ctx, nil)
	}
	if err != nil {
		return true, fmt.Errorf("take stock of %s: %w", ref, err)
	}
	return true, nil
}

// MoveDeadlines has the deadlines moved that depend on a change of the calendars,
// by a workflow that goes on when whoever asked for it has left. One that runs is
// left running. again lets one that has ended, with cases that could not be
// moved, begin anew.
func (d *Desk) MoveDeadlines(ctx context.Context, application int64, again bool) error {
	reuse := enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY
	if again {
		reuse = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	}
	_, err := d.Temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: fmt.Sprintf("apply-calendar-%d", application), TaskQueue: d.TaskQueue,
		WorkflowIDReusePolicy:    reuse,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "move the deadlines that depend on a changed day",
	}, activities.ApplyCalendarWorkflow, activities.CalendarChange{Schema: 1, Application: application})
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &started) {
		return nil // it has run
	}
	return err
}

// FailedMoves lists cases whose deadlines a change of the calendars could not
// move, once its workflow has ended; nothing while it runs.
func (d *Desk) FailedMoves(ctx context.Context, application int64) ([]string, error) {
	id := fmt.Sprintf("apply-calendar-%d", application)
	described, err := d.Temporal.DescribeWorkflowExecution(ctx, id, "")
	if err != nil || described.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return nil, err
	}
	var last activities.CalendarChange
	err = d.Temporal.GetWorkflow(ctx, id, "").Get(ctx, &last)
	return last.Failed, err
}
