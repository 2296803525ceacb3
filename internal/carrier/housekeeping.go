package carrier

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"hame/activities"
)

// How often the dispatcher looks for what no person has just typed [D].
const (
	askedEvery  = 250 * time.Millisecond // comparisons, and changes of the calendars
	movedEvery  = 250 * time.Millisecond // reviews whose family became restricted
	unseenEvery = 2 * time.Second
	closedEvery = time.Minute // tasks of closed cases, whose rungs are days apart
	exportEvery = 5 * time.Second
	// startedFor is how long a change of the calendars is left to the workflow that was
	// started for it, before it is made sure of again.
	startedFor = 30 * time.Second
	// pageWithin bounds the comparison of one page of reviews: it is shorter than the
	// claim on the comparison lasts, which each page renews.
	pageWithin = 9 * time.Minute
	// stockAtOnce is how many reviews take stock at the same time.
	stockAtOnce = 8
)

// keepHouse does what is due without an act: it has changes of the calendars applied,
// reviews take stock of what came onto their record by itself, and record and
// Temporal compared. Each thing that fails is logged, and tried again.
func (d *Dispatcher) keepHouse(ctx context.Context) {
	calendar := &applying{}
	each := func(every time.Duration, what string, do func(context.Context) error) func() error {
		return func() error {
			tick := time.NewTicker(every)
			defer tick.Stop()
			failing := false
			for {
				select {
				case <-ctx.Done():
					return nil
				case <-tick.C:
				}
				err := do(ctx)
				if err != nil && ctx.Err() == nil && !failing {
					d.Logger.Warn(what, "error", err.Error())
				}
				failing = err != nil
			}
		}
	}
	var house errgroup.Group
	house.Go(each(askedEvery, "a change of the calendars does not go on",
		func(ctx context.Context) error { return d.applyCalendars(ctx, calendar) }))
	house.Go(each(askedEvery, "record and Temporal were not compared", d.compareIfDue))
	house.Go(each(movedEvery, "a review was not moved to the namespace where it belongs", d.moveReviews))
	house.Go(each(closedEvery, "reviews that stand where they do not belong were not looked for",
		d.Record.NoteReviewsToMove))
	house.Go(each(unseenEvery, "cannot read what no task stands for", d.takeStocks))
	house.Go(each(closedEvery, "a task of a closed case did not escalate", d.escalateClosed))
	house.Go(each(unseenEvery, "the review of a case was not started", d.startReviews))
	if d.Export != nil {
		house.Go(each(exportEvery, "the heads of the chains were not exported", d.Export))
	}
	house.Go(each(inTheWayEvery, "cannot end the transactions of staff that others wait for", d.endStaffInTheWay))
	_ = house.Wait() // its members return none
}

// inTheWayEvery is how often the sessions of staff are looked at that others wait for [D].
const inTheWayEvery = 5 * time.Second

// endStaffInTheWay ends the transactions of staff that others have waited for too
// long, or that stand idle. A login is no personal data: it stands in the log so that
// operations can ask.
func (d *Dispatcher) endStaffInTheWay(ctx context.Context) error {
	ended, err := d.Record.EndStaffInTheWay(ctx)
	for _, e := range ended {
		d.Logger.Warn("a session of the staff was ended", "login", e.Login, "process", e.Process, "why", e.Why)
	}
	return err
}

// applying is the change of the calendars that a workflow was last started for.
type applying struct {
	no int64
	at time.Time
}

// applyCalendars has a change of the calendars that is in force, and of which
// deadlines are still to be moved, worked off by its workflow.
func (d *Dispatcher) applyCalendars(ctx context.Context, last *applying) error {
	no, again, err := d.Record.UnfinishedCalendar(ctx)
	if err != nil || no == 0 || (no == last.no && !again && time.Since(last.at) < startedFor) {
		return err
	}
	if err := d.MoveDeadlines(ctx, no, again); err != nil {
		return err
	}
	*last = applying{no, time.Now()}
	if again {
		return d.Record.TriedCalendarAgain(ctx, no)
	}
	return nil
}

// compareIfDue makes the comparison that was asked for, or the daily one.
func (d *Dispatcher) compareIfDue(ctx context.Context) error {
	no, err := d.Record.ClaimComparison(ctx)
	if err != nil || no == 0 {
		return err
	}
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	late := time.AfterFunc(pageWithin, func() {
		giveUp(fmt.Errorf("%d reviews could not be compared within %s",
			pageOfReviews, pageWithin))
	})
	defer late.Stop()
	found, err := d.Compare(ctx, func(ctx context.Context) error {
		late.Reset(pageWithin)
		return d.Record.RenewComparison(ctx, no)
	})
	if err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	if len(found) > 0 {
		d.Logger.Warn("record and Temporal do not agree: starter verify says about what", "comparison", no, "breaches",
			len(found))
	}
	return d.Record.FinishComparison(ctx, no, found)
}

// escalateClosed lets the rungs act that are due on closed cases, for which no review runs.
func (d *Dispatcher) escalateClosed(ctx context.Context) error {
	now, err := d.Record.BusinessNow(ctx)
	if err != nil {
		return err
	}
	return d.Acts.EscalateClosed(ctx, now)
}

// takeStocks has the reviews take stock whose record has something that no task
// stands for. One that does not answer holds up no other.
func (d *Dispatcher) takeStocks(ctx context.Context) error {
	refs, err := d.Record.Unseen(ctx)
	if err != nil {
		return err
	}
	var all errgroup.Group
	all.SetLimit(stockAtOnce)
	for _, ref := range refs {
		all.Go(func() error {
			if err := d.takeStock(ctx, ref); err != nil && ctx.Err() == nil {
				d.Logger.Warn("a review did not take stock", "case", d.Record.NameFor(ctx, ref), "error", err.Error())
			}
			return nil
		})
	}
	return all.Wait()
}

// takeStock has a review open tasks for what has come onto its record by itself; for
// a closed case, which has none running, the record alone is enough.
func (d *Dispatcher) takeStock(ctx context.Context, ref string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	place, err := d.Record.PlaceOf(ctx, ref)
	if err != nil || place.Moving {
		return err // one that is being moved takes stock afterwards
	}
	runs, err := d.TakeStock(ctx, place.Apart, ref)
	if err != nil || runs {
		return err
	}
	now, err := d.Record.BusinessNow(ctx)
	if err != nil {
		return err
	}
	_, err = d.Acts.TakeStock(activities.Directly(ctx, place.Apart), activities.TakeStockParams{Case: ref, Now: now})
	return err
}
