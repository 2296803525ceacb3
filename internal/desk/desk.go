// Package desk is where a member of staff acts: it records an act as a row under
// their own database login, sends it to the case's workflow as an Update, and
// brings back what became of it. The command line and the rehearsal both sit
// here, so that simulated people act as real ones do.
package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
	"hame/workflows"
)

// Desk is one login's desk.
type Desk struct {
	Store     *store.Store
	Temporal  client.Client
	TaskQueue string
}

// UndeliveredError says that an act is on record and has not reached its
// review. It is not lost: the worker sends it again.
type UndeliveredError struct {
	Command uuid.UUID
	Cause   error
}

// Error says that the act is saved.
func (e *UndeliveredError) Error() string {
	return fmt.Sprintf("saved as %s but not yet delivered: %v; it is sent again within the hour, and nothing needs to be typed twice", e.Command, e.Cause)
}

// Unwrap returns what kept the act from its review.
func (e *UndeliveredError) Unwrap() error { return e.Cause }

// New makes a command of an act with its coded fields.
func New(ref string, act casefile.Act, subject int, on clock.Date, fields casefile.Fields, text string) (store.NewCommand, error) {
	if fields == nil {
		fields = &casefile.NoFields{}
	}
	if err := fields.Validate(); err != nil {
		return store.NewCommand{}, casefile.Refuse(casefile.RefusedFields, err.Error())
	}
	if act.NeedsText() && text == "" {
		return store.NewCommand{}, casefile.Refuse(casefile.RefusedFields, fmt.Sprintf("%s needs its text: give it with --file", act))
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return store.NewCommand{}, err
	}
	id, err := uuid.NewV7()
	return store.NewCommand{ID: id, Case: ref, Act: act, Subject: subject, AttestedOn: on, Fields: body, Text: text}, err
}

// Do records an act and delivers it. A refusal by a rule is in the receipt; an
// [*UndeliveredError] says that the act is saved and its review was not reached.
func (d *Desk) Do(ctx context.Context, c store.NewCommand) (workflows.Receipt, error) {
	if err := d.Store.InsertCommand(ctx, c); err != nil {
		return workflows.Receipt{}, err
	}
	return d.Deliver(ctx, c)
}

// Deliver sends a recorded act to its review, or again: the review answers the
// same command in the same way.
func (d *Desk) Deliver(ctx context.Context, c store.NewCommand) (workflows.Receipt, error) {
	handle, err := d.Temporal.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: c.Case, UpdateID: c.ID.String(), UpdateName: string(c.Act),
		Args: []any{workflows.Act{Command: c.ID, Kind: c.Act}}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return d.withoutReview(ctx, c)
	}
	return d.receipt(ctx, c, handle, err)
}

func (d *Desk) receipt(ctx context.Context, c store.NewCommand, handle client.WorkflowUpdateHandle, err error) (workflows.Receipt, error) {
	var receipt workflows.Receipt
	if err == nil {
		err = handle.Get(ctx, &receipt)
	}
	if err == nil {
		return receipt, nil
	}
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.Type() != workflows.RefusedError {
		return receipt, &UndeliveredError{c.ID, err}
	}
	refusal := casefile.Refuse(casefile.RefusedUnknownAct, app.Message())
	if app.HasDetails() {
		if err := app.Details(refusal); err != nil {
			return receipt, err
		}
	}
	return d.refuse(ctx, c, refusal)
}

func (d *Desk) refuse(ctx context.Context, c store.NewCommand, refusal *casefile.Refusal) (workflows.Receipt, error) {
	err := d.Store.RecordRefusal(ctx, c.ID, refusal)
	return workflows.Receipt{Refused: refusal}, err
}

// withoutReview deals with an act on a family that no review runs for. What has
// arrived for an unlisted family opens its review; anything else waits for the
// listing, or came after the closing.
func (d *Desk) withoutReview(ctx context.Context, c store.NewCommand) (workflows.Receipt, error) {
	s, err := d.Store.CaseSummary(ctx, c.Case)
	if err != nil {
		return workflows.Receipt{}, err
	}
	switch {
	case s.Stage == casefile.Closed && c.Act.IsFiled():
		return d.file(ctx, c)
	case s.Stage == casefile.Closed:
		return d.refuse(ctx, c, casefile.Refuse(casefile.RefusedClosed, "the case is closed"))
	case s.Stage != casefile.Unlisted || s.Drawn:
		return workflows.Receipt{}, &UndeliveredError{c.ID, errors.New("the case is open and its review does not run: operations find it with verify")}
	case !c.Act.OpensReview():
		return d.refuse(ctx, c, casefile.Refuse(casefile.RefusedUnlisted, "the family is not listed yet: case show tells the forecast"))
	}
	now, err := d.Store.BusinessNow(ctx)
	if err != nil {
		return workflows.Receipt{}, err
	}
	on, err := listingDay(c, clock.DateOf(now))
	if err != nil {
		return workflows.Receipt{}, err
	}
	review := casefile.Review{Schema: casefile.ReviewSchema, Case: c.Case, Lane: s.Lane, Council: s.Council,
		DrawnAt: now, ListingDate: on, ListingAt: on.Start(), Stage: casefile.Listed}
	return d.deliverWithStart(ctx, c, review, activities.ReviewOptions(review, d.TaskQueue))
}

// deliverWithStart sends an act to a review that it starts.
func (d *Desk) deliverWithStart(ctx context.Context, c store.NewCommand, review casefile.Review, o client.StartWorkflowOptions) (workflows.Receipt, error) {
	handle, err := d.Temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: d.Temporal.NewWithStartWorkflowOperation(o, activities.CaseReviewWorkflow, review),
		UpdateOptions: client.UpdateWorkflowOptions{
			WorkflowID: c.Case, UpdateID: c.ID.String(), UpdateName: string(c.Act),
			Args: []any{workflows.Act{Command: c.ID, Kind: c.Act}}, WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	return d.receipt(ctx, c, handle, err)
}

// listingDay is the day on which the evidence of a family that was not drawn is
// begun: the day it is brought forward to, or today.
func listingDay(c store.NewCommand, today clock.Date) (clock.Date, error) {
	if c.Act != casefile.ActOpen {
		return today, nil
	}
	f, err := casefile.DecodeFields(c.Act, c.Fields)
	if err != nil {
		return today, err
	}
	return f.(*casefile.OpenFields).ListingDate, nil
}

// DoOnLane records an act of operations on a lane's backlog and delivers it. A
// start opens the lane's ClearBacklog, or finds the one that runs.
func (d *Desk) DoOnLane(ctx context.Context, act casefile.Act, on clock.Date, f casefile.BacklogFields) (workflows.Receipt, error) {
	c, err := New("", act, 0, on, &f, "")
	if err != nil {
		return workflows.Receipt{}, err
	}
	c.Lane = f.Lane
	if err := d.Store.InsertCommand(ctx, c); err != nil {
		return workflows.Receipt{}, err
	}
	update := client.UpdateWorkflowOptions{
		WorkflowID: activities.BacklogID(f.Lane), UpdateID: c.ID.String(), UpdateName: string(act),
		Args: []any{workflows.Act{Command: c.ID, Kind: act}}, WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	if act != casefile.ActBacklogStart {
		handle, err := d.Temporal.UpdateWorkflow(ctx, update)
		var notFound *serviceerror.NotFound
		if errors.As(err, &notFound) {
			return d.refuse(ctx, c, casefile.Refuse(casefile.RefusedNothingOpen, "this lane's backlog was never started: backlog start"))
		}
		return d.receipt(ctx, c, handle, err)
	}
	start := d.Temporal.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID: activities.BacklogID(f.Lane), TaskQueue: d.TaskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            fmt.Sprintf("clear the backlog, %s lane", f.Lane),
		TypedSearchAttributes:    temporal.NewSearchAttributes(activities.AttributeLane.ValueSet(string(f.Lane))),
	}, activities.ClearBacklogWorkflow, activities.Backlog{Schema: 1, Lane: f.Lane, NextDraw: time.Time{}})
	handle, err := d.Temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{StartWorkflowOperation: start, UpdateOptions: update})
	return d.receipt(ctx, c, handle, err)
}
