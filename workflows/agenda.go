package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"hame/activities"
	"hame/internal/casefile"
)

// agenda owns the review's one timer: it sleeps until the earliest rung of all
// open tasks, or until a threshold of one of the family's people that comes before
// it, and lets it act. A change that brings another instant to the front replaces
// the timer; any other change leaves it. Leaving it standing where the next rung is
// later would cost fewer events, and the Web UI would name a rung that is over: what
// waits must be true to look at.
func (r *review) agenda(ctx workflow.Context) {
	if r.Stuck != "" { // a rung made it stuck in the run before
		r.awaitMended(ctx)
	}
	for {
		_ = workflow.Await(ctx, func() bool { _, _, ok := r.Front(); return ok && r.Stuck == "" })
		at, threshold, _ := r.Front()
		act, name := r.letAct, thresholdSummary
		if threshold {
			act = r.letFire
		} else {
			task, _ := r.Earliest()
			name = summary(task)
		}
		if r.sleepUntil(ctx, at, name) && !act(ctx) {
			r.awaitMended(ctx)
		}
	}
}

// sleepUntil waits for the instant at the front. It returns false if another instant
// has come to the front meanwhile.
func (r *review) sleepUntil(ctx workflow.Context, at time.Time, name string) bool {
	wait := at.Sub(workflow.Now(ctx))
	if wait <= 0 {
		return true
	}
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(ctx, wait, workflow.TimerOptions{Summary: name})
	_ = workflow.Await(ctx, func() bool {
		front, _, ok := r.Front()
		return timer.IsReady() || !ok || r.Stuck != "" || !front.Equal(at)
	})
	return timer.IsReady()
}

// letAct lets the earliest rung act, if it is still due: while this waited for
// the lock, an act may have answered what the rung was for. It returns false if
// that made the review stuck.
func (r *review) letAct(ctx workflow.Context) (ok bool) {
	ok = true
	r.exclusively(ctx, func() {
		task, open := r.Earliest()
		if !open || r.Stuck != "" || task.Next.At.After(workflow.Now(ctx)) {
			return
		}
		var after casefile.Facts
		err := perform(ctx, activities.ActOnRungActivity, summary(task), activities.ActOnRungParams{
			Case: r.Case, Kind: task.Kind, Subject: task.Subject, Rung: task.Next, Now: workflow.Now(ctx)}, &after)
		if err != nil {
			r.markStuck(ctx, activities.ActOnRungActivity, err)
			ok = false
			return
		}
		r.adopt(after)
	})
	return ok
}

// letFire lets the thresholds fire whose instant has come. It returns false if that made the
// review stuck.
func (r *review) letFire(ctx workflow.Context) (ok bool) {
	ok = true
	r.exclusively(ctx, func() {
		if r.Stuck != "" || r.NextThreshold.IsZero() || r.NextThreshold.After(workflow.Now(ctx)) {
			return
		}
		var after casefile.Facts
		err := perform(ctx, activities.ActOnThresholdsActivity, thresholdSummary,
			activities.ActOnThresholdsParams{Case: r.Case, Now: workflow.Now(ctx)}, &after)
		if err != nil {
			r.markStuck(ctx, activities.ActOnThresholdsActivity, err)
			ok = false
			return
		}
		r.adopt(after)
	})
	return ok
}

// thresholdSummary names no person and no threshold: the day of a birthday is personal.
const thresholdSummary = "a threshold of time: look at the file again"

// markStuck makes the review stuck. Best effort: record it in the database. The workflow
// shows it in any case.
func (r *review) markStuck(ctx workflow.Context, step string, cause error) {
	var after casefile.Facts
	code := step + ": " + inShort(cause)
	params := activities.MarkStuckParams{Case: r.Case, Code: code, Now: workflow.Now(ctx)}
	if err := perform(ctx, activities.MarkStuckActivity, "stuck: "+step, params, &after); err == nil {
		r.adopt(after)
	}
	workflow.GetLogger(ctx).Error("a review is stuck", "case", r.Case, "cause", code)
	r.Stuck, r.RetryAt = code, workflow.Now(ctx).Add(aDay)
}

// inShort is an activity's failure as it may be shown: the activity's own words, which
// name codes and no values.
func inShort(err error) string {
	words := "it failed"
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		words = app.Message()
	}
	if runes := []rune(words); len(runes) > longestCause {
		words = string(runes[:longestCause])
	}
	return words
}

// longestCause is how much of a failure is shown, in characters [D].
const longestCause = 200

// aDay is how long a stuck review waits before it tries again.
const aDay = 24 * time.Hour

// awaitMended waits until a stuck review is mended, or is to try again.
func (r *review) awaitMended(ctx workflow.Context) {
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(ctx, r.RetryAt.Sub(workflow.Now(ctx)),
		workflow.TimerOptions{Summary: "stuck: try again"})
	_ = workflow.Await(ctx, func() bool { return timer.IsReady() || r.Stuck == "" })
	r.Stuck = ""
}

func summary(t casefile.Task) string {
	s := fmt.Sprintf("%s: %s", t.Next.Kind, t.Kind)
	if t.Subject > 0 {
		s += fmt.Sprintf("/%d", t.Subject)
	}
	s += ", due " + t.DueOn.String()
	if t.Provisional {
		s += " (provisional)"
	}
	return s
}
