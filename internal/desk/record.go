package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

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
		err := d.fileBy(ctx, c)
		if store.IsKind(err, store.Conflict) {
			continue // another calendar has come into force meanwhile
		}
		if refusal, refused := casefile.AsRefusal(err); refused {
			return d.refuse(ctx, c, refusal)
		}
		if err != nil {
			return workflows.Receipt{}, &UndeliveredError{c.ID, err}
		}
		return workflows.Receipt{Stage: casefile.Closed, Filed: true}, nil
	}
}

// fileBy files it with days by the calendars in force.
func (d *Desk) fileBy(ctx context.Context, c store.NewCommand) error {
	holidays, err := d.Store.HolidaysInForce(ctx)
	if err != nil {
		return err
	}
	due, err := policy.ArrivalLadder(c.AttestedOn, holidays)
	if err != nil {
		return err
	}
	waits, err := activities.PostWaitsUntil(c.AttestedOn, holidays)
	if err != nil {
		return err
	}
	return d.Store.File(ctx, c.ID, due, waits)
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

// StandsElsewhere reports whether a running review goes on from another state than
// the one on record: the record was restored from a copy, or its server failed and
// lost what it had committed last. In the moment of an act the two may differ too,
// and to recover the review then does no harm. It waits ten seconds for a worker.
func (d *Desk) StandsElsewhere(ctx context.Context, ref string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	answer, err := d.Temporal.QueryWorkflow(ctx, ref, "", workflows.ReviewQuery)
	if err != nil {
		return false, err
	}
	var running casefile.Review
	if err := answer.Get(&running); err != nil {
		return false, err
	}
	recorded, err := d.Store.RecordedReview(ctx, ref)
	return !running.Agrees(recorded), err
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
// left running; again has it try at once what could not be moved before.
func (d *Desk) MoveDeadlines(ctx context.Context, application int64, again bool) error {
	id, change := calendarID(application), activities.CalendarChange{Schema: 1, Application: application}
	o := client.StartWorkflowOptions{
		ID: id, TaskQueue: d.TaskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            "move the deadlines that depend on a changed day",
	}
	if again {
		_, err := d.Temporal.SignalWithStartWorkflow(ctx, id, workflows.TryAgainSignal, nil, o, activities.ApplyCalendarWorkflow, change)
		return err
	}
	_, err := d.Temporal.ExecuteWorkflow(ctx, o, activities.ApplyCalendarWorkflow, change)
	return err
}

// calendarID is the workflow id of the moving of deadlines for a change of the calendars.
func calendarID(application int64) string { return fmt.Sprintf("apply-calendar-%d", application) }

// FailedMoves lists cases whose deadlines a change of the calendars could not
// move at its last try; nothing while it tries.
func (d *Desk) FailedMoves(ctx context.Context, application int64) ([]string, error) {
	answer, err := d.Temporal.QueryWorkflow(ctx, calendarID(application), "", workflows.CalendarProgressQuery)
	if err != nil {
		return nil, err
	}
	var last activities.CalendarChange
	err = answer.Get(&last)
	if last.Pass == 0 || last.After != "" {
		return nil, err
	}
	return last.Failed, err
}
