// Package desk is where a member of staff acts: it records an act as a row under
// their own database login, sends it to the case's workflow as an Update, and
// brings back what became of it. The command line and the rehearsal both sit
// here, so that simulated people act as real ones do.
package desk

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	// Patience is how long a recorded act is waited for. After that it is
	// undelivered, and the worker's sweep sends it. 0 waits for as long as the
	// context does.
	Patience time.Duration
}

// UndeliveredError says that an act is on record and has not reached its
// review. It is not lost: the worker sends it again.
type UndeliveredError struct {
	Command uuid.UUID
	Cause   error
}

// Error says that the act is saved.
func (e *UndeliveredError) Error() string {
	return fmt.Sprintf("saved as %s but not yet delivered: %v; the worker sends it within the hour, and nothing needs to be typed twice", e.Command, e.Cause)
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
	if err := casefile.CheckText(text); err != nil {
		return store.NewCommand{}, err
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return store.NewCommand{}, err
	}
	id, err := uuid.NewV7()
	return store.NewCommand{ID: id, Case: ref, Act: act, Subject: subject, AttestedOn: on, Fields: body, Text: text}, err
}

// Resumable gives a command of a list an id that follows from what it says: who
// does which act to whom, attested for which day, with which fields and text,
// and on which list. Typed again, the list finds the commands that it has
// recorded, also after a power cut.
func Resumable(c store.NewCommand, login string, list []string) (store.NewCommand, error) {
	list = slices.Sorted(slices.Values(list))
	said, err := json.Marshal([]any{login, c.Act, c.Case, c.Subject, c.AttestedOn, c.Fields, c.Text, list})
	c.ID = derived(said)
	return c, err
}

// derived is a version 8 UUID made of a SHA-256.
func derived(of []byte) uuid.UUID { return uuid.NewHash(sha256.New(), uuid.Nil, of, 8) }

// Do records an act and delivers it. A refusal by a rule is in the receipt; an
// [*UndeliveredError] says that the act is saved and its review was not reached.
func (d *Desk) Do(ctx context.Context, c store.NewCommand) (workflows.Receipt, error) {
	if err := d.Store.InsertCommand(ctx, c); err != nil {
		return workflows.Receipt{}, err
	}
	return d.Deliver(ctx, c)
}

// DoOnce is Do for a [Resumable] command. One that is on record is not recorded
// twice: it is answered as before if it has its outcome, and delivered again if
// it has none. before reports that it had been dealt with earlier.
func (d *Desk) DoOnce(ctx context.Context, c store.NewCommand) (receipt workflows.Receipt, before bool, err error) {
	err = d.Store.InsertCommand(ctx, c)
	if err == nil {
		receipt, err = d.Deliver(ctx, c)
		return receipt, false, err
	}
	if !store.IsKind(err, store.Recorded) {
		return receipt, false, err
	}
	mine, err := d.Store.MyCommand(ctx, c.ID)
	if store.IsKind(err, store.NotFound) || (err == nil && (mine.Case != c.Case || mine.Act != c.Act)) {
		return receipt, false, fmt.Errorf("%s %s: somebody else's command stands under the id %s: tell operations", c.Act, c.Case, c.ID)
	}
	switch {
	case err != nil:
		return receipt, false, err
	case !mine.Outcome.Valid:
		receipt, err = d.Deliver(ctx, c)
		return receipt, false, err
	case mine.Outcome.String == "expired":
		// It was given up undelivered: it is done now, as the next of its line.
		c.ID = derived(c.ID[:])
		return d.DoOnce(ctx, c)
	}
	receipt, err = d.answered(ctx, c, mine)
	return receipt, true, err
}

// answered is the receipt of a command that has its outcome.
func (d *Desk) answered(ctx context.Context, c store.NewCommand, mine store.MyCommand) (workflows.Receipt, error) {
	receipt := workflows.Receipt{Revision: mine.Revision, Filed: mine.Outcome.String == "filed"}
	if mine.Outcome.String == "refused" {
		receipt.Refused = casefile.Refuse(casefile.RefusedAlreadyDone, "it was dealt with before")
		if err := json.Unmarshal(mine.Detail, receipt.Refused); err != nil {
			return receipt, err
		}
	}
	if c.Case == "" {
		return receipt, nil
	}
	s, err := d.Store.CaseSummary(ctx, c.Case)
	receipt.Stage, receipt.Awaiting, receipt.NextDate, receipt.Provisional = s.Stage, s.Awaiting, s.DueOn, s.Provisional
	return receipt, err
}

// Deliver sends a recorded act to its review, or again: the review answers the
// same command in the same way.
func (d *Desk) Deliver(ctx context.Context, c store.NewCommand) (workflows.Receipt, error) {
	waiting, cancel := d.patiently(ctx)
	defer cancel()
	handle, err := send(waiting, func() (client.WorkflowUpdateHandle, error) {
		return d.Temporal.UpdateWorkflow(waiting, update(c, c.Case))
	})
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return d.withoutReview(ctx, c)
	}
	return d.receipt(ctx, waiting, c, handle, err)
}

// tryAgain is how long after a failed workflow task an act is sent again [D].
const tryAgain = 200 * time.Millisecond

// send sends an act until a workflow task has taken it up. A task that fails, as
// where a worker is killed or takes too long over it, gives back the Updates in it
// with nothing recorded; the same Update is then sent again.
func send(ctx context.Context, update func() (client.WorkflowUpdateHandle, error)) (client.WorkflowUpdateHandle, error) {
	for {
		handle, err := update()
		var notReady *serviceerror.WorkflowNotReady
		if !errors.As(err, &notReady) {
			return handle, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(tryAgain):
		}
	}
}

// patiently bounds how long an act is waited for.
func (d *Desk) patiently(ctx context.Context) (context.Context, context.CancelFunc) {
	if d.Patience == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, d.Patience, fmt.Errorf("its review did not answer within %s; perhaps no worker runs", d.Patience))
}

func update(c store.NewCommand, workflowID string) client.UpdateWorkflowOptions {
	return client.UpdateWorkflowOptions{
		WorkflowID: workflowID, UpdateID: c.ID.String(), UpdateName: string(c.Act.Wire()),
		Args: []any{workflows.Act{Command: c.ID, Kind: c.Act.Wire()}}, WaitForStage: client.WorkflowUpdateStageCompleted,
	}
}

// receipt is what the review answered while it was waited for.
func (d *Desk) receipt(ctx, waiting context.Context, c store.NewCommand, handle client.WorkflowUpdateHandle, err error) (workflows.Receipt, error) {
	var receipt workflows.Receipt
	if err == nil {
		err = handle.Get(waiting, &receipt)
	}
	if err == nil {
		return receipt, nil
	}
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.Type() != workflows.RefusedError {
		return receipt, &UndeliveredError{c.ID, unanswered(waiting, err)}
	}
	refusal := casefile.Refuse(casefile.RefusedUnknownAct, app.Message())
	if app.HasDetails() {
		if err := app.Details(refusal); err != nil {
			return receipt, err
		}
	}
	return d.refuse(ctx, c, refusal)
}

// unanswered is why an act was not answered: what ended the waiting, if it has
// ended. Temporal's server counts the same deadline, and its word that it is over
// may be here a moment before our own clock says so.
func unanswered(waiting context.Context, err error) error {
	var over *client.WorkflowUpdateServiceTimeoutOrCanceledError
	if deadline, bounded := waiting.Deadline(); bounded && errors.As(err, &over) && time.Until(deadline) < time.Second {
		<-waiting.Done()
	}
	switch {
	case errors.Is(waiting.Err(), context.Canceled):
		return errors.New("it was broken off here")
	case waiting.Err() != nil:
		return context.Cause(waiting)
	}
	return err
}

// refuse records a refusal that came before anything was written to history. A
// command that meanwhile has another outcome keeps it, and is answered by it.
func (d *Desk) refuse(ctx context.Context, c store.NewCommand, refusal *casefile.Refusal) (workflows.Receipt, error) {
	if err := d.Store.RecordRefusal(ctx, c.ID, refusal); err != nil {
		return workflows.Receipt{Refused: refusal}, &UndeliveredError{c.ID, err}
	}
	mine, err := d.Store.MyCommand(ctx, c.ID)
	if err != nil || mine.Outcome.String == "refused" {
		return workflows.Receipt{Refused: refusal}, err
	}
	return d.answered(ctx, c, mine)
}

// withoutReview deals with an act on a family that no review runs for. What has
// arrived for an unlisted family opens its review; anything else waits for the
// listing, or came after the closing.
func (d *Desk) withoutReview(ctx context.Context, c store.NewCommand) (workflows.Receipt, error) {
	s, err := d.Store.CaseSummary(ctx, c.Case)
	if err != nil {
		return workflows.Receipt{}, &UndeliveredError{c.ID, err}
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
		return workflows.Receipt{}, &UndeliveredError{c.ID, err}
	}
	today := clock.DateOf(now)
	on, err := listingDay(c, today)
	if err != nil {
		return workflows.Receipt{}, err
	}
	if refusal := casefile.CheckListingDay(on, today); refusal != nil {
		return d.refuse(ctx, c, refusal) // before a review is opened that could not begin
	}
	review := casefile.Review{Schema: casefile.ReviewSchema, Case: c.Case, Lane: s.Lane, Council: s.Council,
		DrawnAt: now, ListingDate: on, ListingAt: on.Start(), Stage: casefile.Listed}
	return d.deliverWithStart(ctx, c, review, activities.ReviewOptions(review, d.TaskQueue))
}

// deliverWithStart sends an act to a review that it starts.
func (d *Desk) deliverWithStart(ctx context.Context, c store.NewCommand, review casefile.Review, o client.StartWorkflowOptions) (workflows.Receipt, error) {
	waiting, cancel := d.patiently(ctx)
	defer cancel()
	handle, err := send(waiting, func() (client.WorkflowUpdateHandle, error) {
		return d.Temporal.UpdateWithStartWorkflow(waiting, client.UpdateWithStartWorkflowOptions{UpdateOptions: update(c, c.Case),
			StartWorkflowOperation: d.Temporal.NewWithStartWorkflowOperation(o, activities.CaseReviewWorkflow, review)})
	})
	return d.receipt(ctx, waiting, c, handle, err)
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
	waiting, cancel := d.patiently(ctx)
	defer cancel()
	if act != casefile.ActBacklogStart {
		handle, err := send(waiting, func() (client.WorkflowUpdateHandle, error) {
			return d.Temporal.UpdateWorkflow(waiting, update(c, activities.BacklogID(f.Lane)))
		})
		var notFound *serviceerror.NotFound
		if errors.As(err, &notFound) {
			return d.refuse(ctx, c, casefile.Refuse(casefile.RefusedNothingOpen, "this lane's backlog was never started: backlog start"))
		}
		return d.receipt(ctx, waiting, c, handle, err)
	}
	o := client.StartWorkflowOptions{
		ID: activities.BacklogID(f.Lane), TaskQueue: d.TaskQueue,
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		StaticSummary:            fmt.Sprintf("clear the backlog, %s lane", f.Lane),
		TypedSearchAttributes:    temporal.NewSearchAttributes(activities.AttributeLane.ValueSet(string(f.Lane))),
	}
	handle, err := send(waiting, func() (client.WorkflowUpdateHandle, error) {
		return d.Temporal.UpdateWithStartWorkflow(waiting, client.UpdateWithStartWorkflowOptions{UpdateOptions: update(c, activities.BacklogID(f.Lane)),
			StartWorkflowOperation: d.Temporal.NewWithStartWorkflowOperation(o, activities.ClearBacklogWorkflow, activities.Backlog{Schema: 1, Lane: f.Lane, NextDraw: time.Time{}})})
	})
	return d.receipt(ctx, waiting, c, handle, err)
}
