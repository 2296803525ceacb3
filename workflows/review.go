// Package workflows is the process: CaseReview takes one family from its listing
// to service, ClearBacklog draws the families of a lane week by week. The code is
// deterministic and reads like the process it runs. It holds recorded instants
// and codes, and computes no date: what is due when is worked out by the
// activity that writes the facts, and returned.
package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"hame/activities"
	"hame/internal/casefile"
	"hame/internal/contract"
)

// review is one run of a CaseReview: the state it carries, and what it needs
// only while it runs.
type review struct {
	casefile.Review

	lock workflow.Mutex
	// busy counts the steps that hold or wait for the lock: a run ends at none of them.
	busy int
	// steps counts acts, rungs and openings since this run began.
	steps int
}

// CaseReview takes one family from listing to service: evidence and welfare side
// by side, representation, decision, service. Its argument is the review's
// state, so that it can begin, continue as new, be recovered or be reopened at
// any stage; all progress is in that state and none in where a coroutine stands.
//
// It returns no error. A failure that no retry can mend makes the review stuck:
// it then waits for operations. Cancelling it has no effect: only the process
// ends a review; that somebody asked for it is shown.
func CaseReview(ctx workflow.Context, state casefile.Review) error {
	if state.Schema > casefile.ReviewSchema {
		// Not an error, which would end the review: Temporal tries the task again until a
		// worker of the newer version takes it.
		panic(fmt.Sprintf("the state of this review is of version %d; this worker knows version %d: deploy the newer worker",
			state.Schema, casefile.ReviewSchema))
	}
	cancellable := ctx
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	r := &review{Review: state, lock: workflow.NewMutex(ctx)}
	if err := r.handleActs(ctx); err != nil {
		return err
	}
	workflow.Go(ctx, r.agenda)
	workflow.Go(ctx, r.publish)
	workflow.Go(ctx, func(ctx workflow.Context) {
		cancellable.Done().Receive(ctx, nil)
		r.CancelRequested = true
		r.steps++ // so that publish shows it
	})
	// Each stage returns at once if the next one is open, or if nobody of the family is left to
	// decide about. An act that is struck may take the review back: the next round begins at
	// the stage that is then unfinished.
	for !r.HasOpened(casefile.Closed) {
		for _, stage := range []func(workflow.Context) bool{r.drawn, r.listed, r.gather, r.represent, r.decide, r.serve} {
			if !stage(ctx) {
				return r.continueAsNew(ctx)
			}
		}
	}
	r.idle(ctx)
	r.show(ctx)
	return nil
}

// idle waits until nothing is under way: an accepted Update that is not finished
// when a run ends would fail.
func (r *review) idle(ctx workflow.Context) {
	_ = workflow.Await(ctx, func() bool { return r.busy == 0 && workflow.AllHandlersFinished(ctx) })
}

// drawn waits for the business instant at which the family was drawn, and opens
// its review. On a clock of its own a review may begin before that instant, and
// must stamp nothing earlier.
func (r *review) drawn(ctx workflow.Context) bool {
	if r.HasOpened(casefile.Listed) {
		return true
	}
	if !r.awaitInstant(ctx, r.DrawnAt, "drawn", func() bool { return false }) {
		return false
	}
	r.step(ctx, activities.OpenReviewActivity, "open the review", func(now time.Time) any {
		return activities.OpenReviewParams{Case: r.Case, Lane: r.Lane, Now: now, ListingDate: r.ListingDate}
	})
	return true
}

// await waits until a condition of the state holds. It returns false if the run
// is to continue as new first.
func (r *review) await(ctx workflow.Context, condition func() bool) bool {
	// The only error of Await is cancellation, which this context never sees.
	_ = workflow.Await(ctx, func() bool { return condition() || r.canContinueAsNew(ctx) })
	return condition()
}

// canContinueAsNew reports whether the run should end here and continue as new: when
// Temporal suggests it, or a test asks for it, and nothing is under way.
func (r *review) canContinueAsNew(ctx workflow.Context) bool {
	due := workflow.GetInfo(ctx).GetContinueAsNewSuggested() || (r.ContinueAfter > 0 && r.steps >= r.ContinueAfter)
	return due && r.busy == 0 && workflow.AllHandlersFinished(ctx)
}

// continueAsNew ends the run with its state; an Update that came in at the last
// moment is finished first.
func (r *review) continueAsNew(ctx workflow.Context) error {
	r.idle(ctx)
	r.show(ctx)
	return workflow.NewContinueAsNewError(ctx, contract.CaseReviewWorkflow, r.Review)
}

// openIf opens a stage with its tasks, once, if a condition of the state still
// holds when nothing else is under way. Where nobody of the family is left to decide
// about, only the closing is opened.
func (r *review) openIf(ctx workflow.Context, stage casefile.Stage, condition func() bool) {
	if r.HasOpened(stage) {
		return
	}
	may := func() bool { return condition() && (!r.Over || stage == casefile.Closed) }
	r.stepIf(ctx, may, activities.OpenStageActivity, "open "+string(stage), func(now time.Time) any {
		return activities.OpenStageParams{Case: r.Case, Stage: stage, Now: now}
	})
}

// finish waits until nothing of a stage is left to do, or the stage is not open any more.
// Nor does it wait where nobody of the family is left to decide about.
func (r *review) finish(ctx workflow.Context, stage casefile.Stage) bool {
	return r.await(ctx, func() bool { return r.Finished(stage) || !r.HasOpened(stage) || r.Over })
}

// step runs an activity that changes the review by no person's act, and adopts
// the review it returns. Where it fails for good the review is stuck, and it is
// tried again a day on, until operations or a deployment have mended it; what
// arrives meanwhile is received.
func (r *review) step(ctx workflow.Context, activity, summary string, params func(now time.Time) any) {
	r.stepIf(ctx, func() bool { return true }, activity, summary, params)
}

// stepIf is a step that is left out if a condition of the state does not hold when its
// turn comes. If the step is no longer needed, the review is not stuck any more. Each
// retry uses the current time: no deadline that this step starts has been shown to anyone.
func (r *review) stepIf(ctx workflow.Context, condition func() bool, activity, summary string,
	params func(now time.Time) any) {
	for stuck := false; ; stuck = true {
		var after casefile.Facts
		var err error
		r.exclusively(ctx, func() {
			name, why, in := activity, summary, params(workflow.Now(ctx))
			if !condition() {
				if !stuck {
					return
				}
				name, why, in = activities.MarkStuckActivity, "not stuck any more",
					activities.MarkStuckParams{Case: r.Case, Now: workflow.Now(ctx)}
			}
			if err = perform(ctx, name, why, in, &after); err == nil {
				r.adopt(after)
			} else {
				r.markStuck(ctx, name, err)
			}
		})
		if err == nil {
			return
		}
		r.awaitMended(ctx)
	}
}

// exclusively runs f alone: acts, rungs and openings never interleave.
func (r *review) exclusively(ctx workflow.Context, f func()) {
	r.busy++
	defer func() { r.busy-- }()
	_ = r.lock.Lock(ctx) // fails only when cancelled, which this context never is
	defer r.lock.Unlock()
	f()
	r.steps++
}

// adopt takes over the review as the record has it. What the workflow alone knows of
// itself stays.
func (r *review) adopt(after casefile.Facts) { r.Facts = after }
