package workflows

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/contract"
)

// handleActs registers the query and one Update a kind of act. All state is set
// before, for a waiting Update runs at that moment.
func (r *review) handleActs(ctx workflow.Context) error {
	err := workflow.SetQueryHandlerWithOptions(ctx, contract.ReviewQuery,
		func() (casefile.Review, error) { return r.Review, nil },
		workflow.QueryHandlerOptions{Description: "the review's state: ids, codes and dates"})
	if err != nil {
		return err
	}
	for _, rule := range casefile.ActRules {
		if !rule.OnCase() {
			continue
		}
		err := workflow.SetUpdateHandlerWithOptions(ctx, string(rule.Wire()), r.act, workflow.UpdateHandlerOptions{
			Validator:   func(_ workflow.Context, a contract.Act) error { return r.validate(rule.Act, a) },
			Description: rule.WireWords(),
		})
		if err != nil {
			return err
		}
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, contract.TakeStockUpdate, r.takeStock, workflow.UpdateHandlerOptions{
		Description: "looks at the record again, and opens tasks for what has come onto it by itself"})
	if err != nil {
		return err
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, contract.MoveDeadlinesUpdate, r.moveDeadlines,
		workflow.UpdateHandlerOptions{
			Description: "works out each deadline by the calendars in force, and keeps the old dates of those that move"})
}

func (r *review) takeStock(ctx workflow.Context) error {
	return r.refresh(ctx, activities.TakeStockActivity, "take stock",
		func(now time.Time) any { return activities.TakeStockParams{Case: r.Case, Now: now} })
}

func (r *review) moveDeadlines(ctx workflow.Context) error {
	return r.refresh(ctx, activities.MoveDeadlinesActivity, "move deadlines",
		func(now time.Time) any { return activities.MoveDeadlinesParams{Case: r.Case, Now: now} })
}

// refresh runs an activity that reads the record again. No person's act causes it.
func (r *review) refresh(ctx workflow.Context, activity, summary string, params func(now time.Time) any) (err error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	_ = workflow.Await(ctx, func() bool { return r.HasOpened(casefile.Listed) })
	r.exclusively(ctx, func() {
		var after casefile.Facts
		if err = perform(ctx, activity, summary, params(workflow.Now(ctx)), &after); err == nil {
			r.adopt(after)
		}
	})
	return err
}

// validate refuses what the state does not allow before anything is written to
// history. A review that is just being opened takes every act and looks later.
func (r *review) validate(kind casefile.Act, a contract.Act) error {
	if a.Kind != kind.Rule().Wire() || a.Command == uuid.Nil {
		return refused(casefile.Refuse(casefile.RefusedUnknownCommand,
			fmt.Sprintf("this Update takes the id of a command of kind %s", kind.Rule().Wire())))
	}
	if !r.HasOpened(casefile.Listed) {
		return nil
	}
	if err := r.Allowed(kind); err != nil {
		return refused(err)
	}
	return nil
}

func refused(err error) error {
	refusal, _ := casefile.AsRefusal(err)
	return temporal.NewNonRetryableApplicationError(err.Error(), contract.RefusedError, nil, refusal)
}

// act records one human act. The state may have changed while it waited for its
// turn, so the activity checks everything again on the facts.
func (r *review) act(ctx workflow.Context, a contract.Act) (receipt contract.Receipt, err error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	_ = workflow.Await(ctx, func() bool { return r.HasOpened(casefile.Listed) })
	r.exclusively(ctx, func() {
		var out activities.RecordActResult
		err = perform(ctx, activities.RecordActActivity, string(a.Kind), activities.RecordActParams{
			Case: r.Case, Command: a.Command, Act: a.Kind, Now: workflow.Now(ctx)}, &out)
		if err != nil {
			return
		}
		r.adopt(out.Review)
		if out.Head.N > 0 {
			r.Head = out.Head
		}
		receipt.Refused = out.Refused
		if a.Kind == casefile.ActRecover && out.Refused == nil {
			r.CancelRequested = false // operations have seen it
		}
	})
	if err != nil {
		return receipt, err
	}
	// An act that ends a stage is answered when the next is open, so that the
	// officer who typed it reads what comes next.
	_ = workflow.Await(ctx, func() bool { return !r.Between(workflow.Now(ctx)) })
	return r.receipt(receipt.Refused), nil
}

func (r *review) receipt(refusal *casefile.Refusal) contract.Receipt {
	receipt := contract.Receipt{Refused: refusal, Stage: r.Stage, Revision: r.Revision}
	if task, ok := r.Earliest(); ok {
		receipt.Awaiting, receipt.NextDate, receipt.Provisional = task.Awaiting, task.DueOn, task.Provisional
	}
	return receipt
}

// attributes turns what a review shows into search attributes.
func attributes(shown casefile.Shown) []temporal.SearchAttributeUpdate {
	updates := []temporal.SearchAttributeUpdate{contract.AttributeStage.ValueSet(string(shown.Stage))}
	if shown.Awaiting == "" {
		updates = append(updates, contract.AttributeAwaiting.ValueUnset())
	} else {
		updates = append(updates, contract.AttributeAwaiting.ValueSet(string(shown.Awaiting)))
	}
	if shown.Next.IsZero() {
		updates = append(updates, contract.AttributeNext.ValueUnset())
	} else {
		updates = append(updates, contract.AttributeNext.ValueSet(shown.Next))
	}
	if shown.Council != "" {
		updates = append(updates, contract.AttributeCouncil.ValueSet(shown.Council))
	}
	if len(shown.Flags) == 0 {
		updates = append(updates, contract.AttributeFlags.ValueUnset())
	} else {
		updates = append(updates, contract.AttributeFlags.ValueSet(shown.Flags))
	}
	return updates
}
