package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"hame/internal/contract"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"golang.org/x/sync/errgroup"
)

// MovedAtOnce is how many reviews are being moved at the same time.
const MovedAtOnce = 16

// CasesAPage is how many cases one activity sees to [D].
const CasesAPage = 1000

// failedNamed is how many of the cases that could not be moved are named [D].
const failedNamed = 20

// MoveReviews moves the deadlines of the next cases that depend on a day which a
// change of the calendars touched, each by one Update to its review; for a case
// that no review runs for, on its record. It can be broken off and done again at
// any point: a case that was seen to is not asked again. One that does not answer
// in time, or can't be moved, is named, and holds up no other. After the last case
// of a pass it records that the change is done, if all were seen to; it returns
// Pass counted up, and Done where it is.
func (a *Activities) MoveReviews(ctx context.Context, in contract.CalendarChange) (contract.CalendarChange, error) {
	stop := heartbeats(ctx)
	defer stop()
	if in.After == "" && in.Pass == 0 {
		if err := a.calendarBarrier(ctx); err != nil {
			return in, classify("move reviews", err)
		}
	}
	if _, err := a.Store.FindCasesToMove(ctx, in.Application); err != nil {
		return in, classify("move reviews", err)
	}
	refs, err := a.Store.CasesToMove(ctx, in.Application, in.After, CasesAPage)
	if err != nil {
		return in, classify("move reviews", err)
	}
	run := activity.GetInfo(ctx).WorkflowExecution.RunID
	var lock sync.Mutex
	var outage error
	moves, moving := errgroup.WithContext(ctx)
	moves.SetLimit(MovedAtOnce)
	for _, ref := range refs {
		moves.Go(func() error {
			err := a.moveReview(moving, ref, fmt.Sprintf("calendar-%d-%s", in.Application, run), in.Pass)
			lock.Lock()
			defer lock.Unlock()
			var app *temporal.ApplicationError
			switch {
			case err == nil:
				in.Seen++
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.As(err, &app) && app.Type() == OutageError:
				outage = err
				return err // the others would find the same
			default:
				name := a.Store.NameFor(moving, ref)
				activity.GetLogger(ctx).Error("deadlines not moved", "case", name, "error", err)
				if len(in.Failed) < failedNamed && !slices.Contains(in.Failed, name) {
					in.Failed = append(in.Failed, name)
				}
			}
			return nil
		})
	}
	if err := moves.Wait(); err != nil {
		if outage != nil {
			return in, temporal.NewApplicationError(fmt.Sprintf("move reviews: %v", outage), OutageError)
		}
		return in, err
	}
	if len(refs) == CasesAPage {
		in.After = refs[len(refs)-1]
		return in, nil
	}
	in.Pass, in.After = in.Pass+1, ""
	now, err := a.Store.BusinessNow(ctx)
	if err == nil {
		in.Done, err = a.Store.EndCalendarPass(ctx, in.Application, in.Pass, in.Failed, now)
	}
	return in, classify("move reviews", err)
}

// heartbeats tells Temporal that an activity lives, until it is stopped.
func heartbeats(ctx context.Context) (stop func()) {
	ctx, stop = context.WithCancel(ctx)
	go func() {
		tick := time.NewTicker(5 * time.Second)
		defer tick.Stop()
		for {
			activity.RecordHeartbeat(ctx)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return stop
}

// calendarBarrier waits until no change of a case is under way that began under
// the calendars before. It waits for a moment at a time, so that a long change of
// one case does not hold up the others behind it.
func (a *Activities) calendarBarrier(ctx context.Context) error {
	for {
		passed, err := a.Store.TryCalendarBarrier(ctx)
		if err != nil || passed {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// movePatience is how long a review is waited for: a healthy one answers in under
// a second [D].
const movePatience = 20 * time.Second

// moveReview moves the deadlines of one case, by an Update with the same id in each
// pass: one that waits in line is not sent beside it again. One that the review
// answered with a failure would be answered so for ever, and after it another is
// sent, at most one more in each pass.
func (a *Activities) moveReview(ctx context.Context, ref, id string, pass int) error {
	place, err := a.Store.PlaceOf(ctx, ref)
	if err != nil {
		return classify("find the review", err)
	}
	if place.Moving {
		return errors.New("its review is just being started anew")
	}
	review := a.Temporal.Of(place.Apart)
	err = moveByUpdate(ctx, review, ref, id)
	var failed *temporal.ApplicationError
	for n := 1; n <= pass && errors.As(err, &failed); n++ {
		err = moveByUpdate(ctx, review, ref, fmt.Sprintf("%s-%d", id, n))
	}
	var notFound *serviceerror.NotFound
	if !errors.As(err, &notFound) {
		return err
	}
	now, err := a.Store.BusinessNow(ctx)
	if err == nil {
		_, err = a.MoveDeadlines(Directly(ctx, place.Apart), MoveDeadlinesParams{Case: ref, Now: now})
	}
	return err
}

func moveByUpdate(ctx context.Context, review client.Client, ref, id string) error {
	waiting, cancel := context.WithTimeout(ctx, movePatience)
	defer cancel()
	handle, err := review.UpdateWorkflow(waiting, client.UpdateWorkflowOptions{WorkflowID: ref,
		UpdateName: contract.MoveDeadlinesUpdate,
		UpdateID:   id, WaitForStage: client.WorkflowUpdateStageCompleted})
	if err != nil {
		return err
	}
	return handle.Get(waiting, nil)
}
