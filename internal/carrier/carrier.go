// Package carrier delivers what people did from the record to Temporal. People
// write rows under their own logins (package desk); the worker's [Dispatcher] takes
// the rows, and a [Carrier] sends each to the workflow of its case or lane. Nothing
// else delivers.
package carrier

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/store"
	"hame/internal/temporalnamespace"
)

// Carrier delivers acts under the worker's login.
type Carrier struct {
	Temporal temporalnamespace.Clients
	Record   *store.Store
	// Acts does on the record what no review runs for.
	Acts      *activities.Activities
	TaskQueue string
}

const (
	// patience is how long a workflow is waited for at one try. A healthy one answers
	// in under a second. It is shorter than a claim lasts.
	patience = 20 * time.Second
	// expireAfter is when an act is given up, because its author may have given up on
	// it too. The hour is one in which workers were here: without a worker, no act
	// expires [D].
	expireAfter = time.Hour
	// tryAgain is how long after a failed workflow task an act is sent again [D].
	tryAgain = 200 * time.Millisecond
)

// errNotRunning is an open case whose review does not run.
var errNotRunning = errors.New("the case is open and its review does not run: case recover restarts it")

// errMoved is a review that was moved to the other namespace since the act was taken.
var errMoved = errors.New("its review is just being started anew")

// Deliver delivers an act. When it returns nil the act has its outcome on record. An
// error says why it has none; delivered again, the act is done once.
func (c *Carrier) Deliver(ctx context.Context, a store.Claimed) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	rule := a.Act.Rule()
	switch {
	case a.Answered:
		return nil
	case time.Since(a.WaitingSince) > expireAfter:
		now, err := c.Record.BusinessNow(ctx)
		if err != nil {
			return err
		}
		return c.Record.Expire(ctx, a.ID, now)
	case rule.OnCase() && a.Case != "" && a.Act == casefile.ActRecover:
		return c.recover(ctx, a)
	case rule.OnCase() && a.Case != "":
		return c.toReview(ctx, a)
	case rule.Subject == casefile.AboutLane && a.Lane != "":
		return c.toLane(ctx, a)
	}
	return c.refuse(ctx, a, casefile.Refuse(casefile.RefusedUnknownAct,
		fmt.Sprintf("%s is not delivered to anything of this kind: use its own command", a.Act)))
}

// refuse records a refusal that came before anything was written to history.
func (c *Carrier) refuse(ctx context.Context, a store.Claimed, refusal *casefile.Refusal) error {
	return c.Record.RefuseUndelivered(ctx, a.ID, refusal)
}

func (c *Carrier) toReview(ctx context.Context, a store.Claimed) error {
	err := c.update(ctx, a, a.Apart, a.Case)
	var notFound *serviceerror.NotFound
	if errors.As(err, &notFound) {
		return c.withoutReview(ctx, a)
	}
	return err
}

// update sends an act to a workflow that runs; apart says in which namespace.
func (c *Carrier) update(ctx context.Context, a store.Claimed, apart bool, workflowID string) error {
	return c.send(ctx, a, func() (client.WorkflowUpdateHandle, error) {
		return c.Temporal.Of(apart).UpdateWorkflow(ctx, updateOf(a, workflowID))
	})
}

// updateWithStart sends an act to a workflow, and starts it if it does not run. In a
// synthetic database, whose now may have been rehearsed years ahead, one that was just
// started is put there first: what is typed is of that day.
func (c *Carrier) updateWithStart(ctx context.Context, a store.Claimed, apart bool, o client.StartWorkflowOptions,
	workflow string, argument any) error {
	now, synthetic, err := c.Record.SyntheticNow(ctx)
	if err != nil {
		return err
	}
	if synthetic {
		runs, err := c.runs(ctx, apart, o.ID)
		if err != nil {
			return err
		}
		if !runs {
			if _, err := c.Temporal.Of(apart).ExecuteWorkflow(ctx, o, workflow, argument); err != nil {
				return err
			}
			if err := c.clockOf(apart).CatchUp(ctx, o.ID, now); err != nil {
				return err
			}
		}
	}
	return c.send(ctx, a, func() (client.WorkflowUpdateHandle, error) {
		to := c.Temporal.Of(apart)
		return to.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{UpdateOptions: updateOf(a, o.ID),
			StartWorkflowOperation: to.NewWithStartWorkflowOperation(o, workflow, argument)})
	})
}

func updateOf(a store.Claimed, workflowID string) client.UpdateWorkflowOptions {
	return client.UpdateWorkflowOptions{
		WorkflowID: workflowID, UpdateID: a.ID.String(), UpdateName: string(a.Act.Rule().Wire()),
		Args:         []any{contract.Act{Command: a.ID, Kind: a.Act.Rule().Wire()}},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}
}

// send sends an act and waits for the answer. The workflow has then written the
// outcome, but for the refusal of its validator, which is written here whole: its
// code, its words and what blocks.
func (c *Carrier) send(ctx context.Context, a store.Claimed, update func() (client.WorkflowUpdateHandle, error)) error {
	handle, err := untilTaken(ctx, update)
	var receipt contract.Receipt
	if err == nil {
		err = handle.Get(ctx, &receipt)
	}
	if err == nil {
		if receipt.Refused != nil && receipt.Refused.Code == casefile.RefusedUnknownCommand {
			return c.refuse(ctx, a, receipt.Refused) // the workflow has not written it
		}
		return nil
	}
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.Type() != contract.RefusedError {
		return err
	}
	refusal := casefile.Refuse(casefile.RefusedUnknownAct, app.Message())
	if app.HasDetails() {
		if err := app.Details(refusal); err != nil {
			return err
		}
	}
	return c.refuse(ctx, a, refusal)
}

// untilTaken sends an act until a workflow task has taken it up. A task that fails,
// as where a worker is killed or takes too long over it, gives back the Updates in
// it with nothing recorded; the same Update is then sent again.
func untilTaken(ctx context.Context, update func() (client.WorkflowUpdateHandle, error),
) (client.WorkflowUpdateHandle, error) {
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

// withoutReview deals with an act on a family that no review runs for. What has
// arrived for an unlisted family opens its review, for a closed case it is filed;
// anything else is refused.
func (c *Carrier) withoutReview(ctx context.Context, a store.Claimed) error {
	f, err := c.Record.FamilyToOpen(ctx, a.Case)
	if err != nil {
		return err
	}
	now, err := c.Record.BusinessNow(ctx)
	if err != nil {
		return err
	}
	switch {
	case f.Stage == casefile.Closed:
		if f.ClosedAt != nil && now.Before(*f.ClosedAt) {
			now = *f.ClosedAt // the review's clock was ahead of the record's
		}
		out, err := c.Acts.RecordAct(ctx, activities.RecordActParams{Case: a.Case, Command: a.ID, Act: a.Act.Rule().Wire(),
			Now: now})
		if err != nil || out.Review.Stage == casefile.Closed {
			return err
		}
		// The act is done. If the review can't be started now, the housekeeping starts it.
		_ = c.start(ctx, store.ReviewToStart{Case: a.Case, At: now, Place: f.Place})
		return nil
	case f.Stage != casefile.Unlisted && (f.Moving || f.Apart != a.Apart):
		return errMoved
	case f.Stage != casefile.Unlisted:
		return errNotRunning
	case !a.Act.Rule().OpensReview:
		return c.refuse(ctx, a, casefile.Refuse(casefile.RefusedUnlisted, "the family is not listed yet"))
	}
	today := clock.DateOf(now)
	on, err := listingDay(a, today)
	if refusal, refused := casefile.AsRefusal(err); refused {
		return c.refuse(ctx, a, refusal)
	}
	if err != nil {
		return err
	}
	if refusal := casefile.CheckListingDay(on, today); refusal != nil {
		return c.refuse(ctx, a, refusal) // before a review is opened that could not begin
	}
	review := casefile.NewReview(a.Case, f.Lane, f.Council, now, on)
	return c.updateWithStart(ctx, a, f.Apart, contract.ReviewOptions(review, c.TaskQueue), contract.CaseReviewWorkflow,
		review)
}

// listingDay is the day on which the evidence of a family that was not drawn is
// begun: the day it is brought forward to, or today.
func listingDay(a store.Claimed, today clock.Date) (clock.Date, error) {
	if a.Act != casefile.ActOpen {
		return today, nil
	}
	f, err := casefile.DecodeFields(a.Act, a.Fields)
	if err != nil {
		return today, err
	}
	return f.(*casefile.OpenFields).ListingDate, nil
}

// toLane delivers an act of operations on a lane's backlog. A start opens the lane's
// ClearBacklog, or finds the one that runs; it also takes up one that was ended in
// Temporal, from its record.
func (c *Carrier) toLane(ctx context.Context, a store.Claimed) error {
	id := contract.BacklogID(a.Lane)
	if a.Act == casefile.ActBacklogStart {
		o := client.StartWorkflowOptions{
			ID: id, TaskQueue: c.TaskQueue,
			WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
			WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
			StaticSummary:            fmt.Sprintf("clear the backlog, %s lane", a.Lane),
			TypedSearchAttributes:    temporal.NewSearchAttributes(contract.AttributeLane.ValueSet(string(a.Lane))),
		}
		return c.updateWithStart(ctx, a, false, o, contract.ClearBacklogWorkflow, contract.Backlog{Lane: a.Lane})
	}
	err := c.update(ctx, a, false, id)
	var notFound *serviceerror.NotFound
	if !errors.As(err, &notFound) {
		return err
	}
	lanes, err := c.Record.Lanes(ctx)
	if err != nil {
		return err
	}
	for _, l := range lanes {
		if l.Lane == a.Lane {
			return c.refuse(ctx, a, casefile.Refuse(casefile.RefusedNothingOpen,
				"this lane's workflow was ended in Temporal: backlog start takes it up from its record"))
		}
	}
	return c.refuse(ctx, a, casefile.Refuse(casefile.RefusedNothingOpen,
		"this lane's backlog was never started: backlog start"))
}
