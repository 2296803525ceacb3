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
	due, err := policy.ArrivalLadder(c.AttestedOn)
	if err != nil {
		return workflows.Receipt{}, err
	}
	waits, err := activities.PostWaitsUntil(c.AttestedOn)
	if err != nil {
		return workflows.Receipt{}, err
	}
	err = d.Store.File(ctx, c.ID, due, waits)
	if refusal, refused := casefile.AsRefusal(err); refused {
		return d.refuse(ctx, c, refusal)
	}
	return workflows.Receipt{Stage: casefile.Closed, Filed: true}, err
}

// ReceivePost records an item of post of which no case is known. It needs the
// database only, and returns the item's number.
func (d *Desk) ReceivePost(ctx context.Context, on clock.Date, f *casefile.PostFields, says store.PostSays, note string) (int, error) {
	c, err := New("", casefile.ActReceivePost, 0, on, f, note)
	if err != nil {
		return 0, err
	}
	c.Office = store.Mailroom
	until, err := activities.PostWaitsUntil(on)
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
