package activities

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

// MoveDeadlinesUpdate is the name of the Update that has a review work out its
// deadlines by the calendars in force. It needs no command and carries nothing:
// it states no fact, and sent twice or by anybody it does no harm.
const MoveDeadlinesUpdate = "move-deadlines"

// CalendarChange is the argument of [ApplyCalendarWorkflow]: how far a change of
// the calendars has got.
type CalendarChange struct {
	Schema int `json:"schema"`
	// Application is the number under which the record keeps the change.
	Application int64 `json:"application"`
	// After is the last case that was looked at; cases are taken in order.
	After string `json:"after,omitempty"`
	Seen  int    `json:"seen,omitempty"` // cases whose deadlines were worked out anew
	// Failed lists the first cases whose deadlines could not be moved.
	Failed []string `json:"failed,omitempty"`
	Done   bool     `json:"done,omitempty"`
}

// MovedAtOnce is how many reviews are being moved at the same time.
const MovedAtOnce = 16

// CasesAPage is how many cases one activity sees to [D].
const CasesAPage = 1000

// failedNamed is how many of the cases that could not be moved are named [D].
const failedNamed = 20

// MoveReviews moves the deadlines of the next cases that depend on a day which a
// change of the calendars touched, each by one Update to its review; for a case
// that no review runs for, on its record. It can be broken off and done again at
// any point: a case that was moved is not asked for any more. After the last case
// it records that the change is done, unless some could not be moved.
func (a *Activities) MoveReviews(ctx context.Context, in CalendarChange) (CalendarChange, error) {
	if in.After == "" {
		if err := a.Store.CalendarBarrier(ctx); err != nil {
			return in, classify("move reviews", err)
		}
	}
	refs, err := a.Store.CasesToMove(ctx, in.After, CasesAPage)
	if err != nil {
		return in, classify("move reviews", err)
	}
	run := activity.GetInfo(ctx).WorkflowExecution.RunID
	var lock sync.Mutex
	var outage error
	queue := make(chan string)
	var workers sync.WaitGroup
	for range MovedAtOnce {
		workers.Go(func() {
			for ref := range queue {
				err := a.moveReview(ctx, ref, fmt.Sprintf("calendar-%d-%s", in.Application, run))
				lock.Lock()
				var app *temporal.ApplicationError
				switch {
				case err == nil:
					in.Seen++
				case errors.As(err, &app) && app.Type() == BrokenError:
					activity.GetLogger(ctx).Error("deadlines not moved", "case", ref, "error", err)
					if len(in.Failed) < failedNamed {
						in.Failed = append(in.Failed, ref)
					}
				default:
					outage = err
				}
				activity.RecordHeartbeat(ctx, in.Seen)
				lock.Unlock()
			}
		})
	}
	for _, ref := range refs {
		lock.Lock()
		stop := outage != nil || ctx.Err() != nil
		lock.Unlock()
		if stop {
			break
		}
		queue <- ref
	}
	close(queue)
	workers.Wait()
	switch {
	case ctx.Err() != nil:
		return in, ctx.Err()
	case outage != nil:
		return in, temporal.NewApplicationError(fmt.Sprintf("move reviews: %v", outage), OutageError)
	case len(refs) == CasesAPage:
		in.After = refs[len(refs)-1]
		return in, nil
	}
	in.Done = true
	if len(in.Failed) > 0 {
		return in, nil
	}
	now, err := a.Store.BusinessNow(ctx)
	if err == nil {
		err = a.Store.FinishCalendar(ctx, in.Application, now)
	}
	return in, classify("move reviews", err)
}

// moveReview moves the deadlines of one case. The Update's id is that of this
// attempt at the change: one that a review answered with a failure would be
// answered so for ever.
func (a *Activities) moveReview(ctx context.Context, ref, id string) error {
	handle, err := a.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{WorkflowID: ref, UpdateName: MoveDeadlinesUpdate,
		UpdateID: id, WaitForStage: client.WorkflowUpdateStageCompleted})
	if err == nil {
		err = handle.Get(ctx, nil)
	}
	var notFound *serviceerror.NotFound
	if !errors.As(err, &notFound) {
		return err
	}
	now, err := a.Store.BusinessNow(ctx)
	if err == nil {
		_, err = a.MoveDeadlines(ctx, MoveDeadlinesParams{Case: ref, Now: now})
	}
	return err
}
