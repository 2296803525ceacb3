package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"golang.org/x/sync/errgroup"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/contract"
	"hame/internal/policy"
	"hame/internal/store"
	"hame/internal/timeskip"
)

// DrawFamiliesParams draws the families for the coming weeks.
type DrawFamiliesParams struct {
	Lane     casefile.Lane `json:"lane"`
	Capacity int           `json:"capacity"`
	Now      time.Time     `json:"now"`
}

// DrawFamilies writes the listings that are due in a week: for each listing date
// from today to the rule set's lead, as many families as capacity has left. The
// first draw so fills the weeks up to the lead, for which nobody else could be
// drawn in time [D]; later ones add a week. The order is worked out afresh from
// that day's facts. Drawing twice draws nobody twice.
func (a *Activities) DrawFamilies(ctx context.Context, in DrawFamiliesParams) (contract.Progress, error) {
	today := clock.DateOf(in.Now)
	var progress contract.Progress
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		latest, err := tx.LatestInstant(ctx)
		if err == nil {
			err = inTime(ctx, in.Now, latest)
		}
		if err != nil {
			return err
		}
		hash, err := tx.OperativeHash(ctx, in.Lane, today)
		if err != nil {
			return err
		}
		rules, err := a.ruleSet(ctx, tx, hash)
		if err != nil {
			return err
		}
		if err := a.draw(ctx, tx, in, rules, today); err != nil {
			return err
		}
		progress, err = a.progress(ctx, tx, in.Lane, in.Capacity, today, rules)
		return err
	})
	return progress, classify("draw families", err)
}

func (a *Activities) draw(ctx context.Context, tx *store.Tx, in DrawFamiliesParams, rules *policy.RuleSet,
	today clock.Date) error {
	version, err := tx.CalendarInForce(ctx)
	if err != nil {
		return err
	}
	holidays, err := a.holidays(ctx, tx, version)
	if err != nil {
		return err
	}
	calendar, err := holidays.Calendar(clock.EnglandAndWales)
	if err != nil {
		return err
	}
	// Two draws at once, as of an attempt that was given up and its successor, come one after the other.
	if err := tx.LockLane(ctx, in.Lane); err != nil {
		return err
	}
	drawn, err := tx.DrawnByWeek(ctx, in.Lane, today)
	if err != nil {
		return err
	}
	var order []policy.Placed
	placed := false // whether the order was worked out
	for week := 0; week <= rules.Listing.LeadWeeks; week++ {
		on := today.AddDays(7 * week)
		if !calendar.IsWorkingDay(on) {
			on = calendar.NextWorkingDay(on)
		}
		left := in.Capacity - drawn[store.WeekOf(on)]
		if left <= 0 {
			continue
		}
		if !placed {
			waiting, err := tx.Waiting(ctx, in.Lane)
			if err != nil {
				return err
			}
			if order, err = rules.Order(waiting, today); err != nil {
				return err
			}
			placed = true
		}
		for ; left > 0 && len(order) > 0; left-- {
			if _, err := tx.List(ctx, order[0].Case, in.Now, on, order[0].Place.Why); err != nil {
				return err
			}
			order = order[1:]
		}
	}
	if !placed {
		return nil // the weeks ahead are full, and the places stay as they were
	}
	return savePlaces(ctx, tx, in, rules, order, today)
}

// mostPlaced is how many of the families that wait are given a place and a forecast [D]:
// beyond some years a forecast says nothing, and a place for each would be written anew
// every week.
const mostPlaced = 5000

// savePlaces keeps the place of each family that still waits, and the day on which it
// would be listed at the lane's pace: what case show and backlog status tell. Restricted
// families have none, and are not counted among the others: neither a place nor a day
// tells of them.
func savePlaces(ctx context.Context, tx *store.Tx, in DrawFamiliesParams, rules *policy.RuleSet,
	order []policy.Placed, today clock.Date) error {
	restricted, err := tx.RestrictedWaiting(ctx, in.Lane)
	if err != nil {
		return err
	}
	var refs []string
	var days []clock.Date
	for _, p := range order {
		if len(refs) == mostPlaced {
			break
		}
		if slices.Contains(restricted, p.Case) {
			continue
		}
		refs = append(refs, p.Case)
		days = append(days, rules.Listing.LastListing(len(refs), in.Capacity, today))
	}
	return tx.SavePlaces(ctx, in.Lane, refs, days, len(order)-restrictedAmong(order, restricted), today)
}

func restrictedAmong(order []policy.Placed, restricted []string) (n int) {
	for _, p := range order {
		if slices.Contains(restricted, p.Case) {
			n++
		}
	}
	return n
}

func (a *Activities) progress(ctx context.Context, tx *store.Tx, lane casefile.Lane, capacity int, today clock.Date,
	rules *policy.RuleSet) (contract.Progress, error) {
	counts, err := tx.LaneCounts(ctx, lane)
	p := contract.Progress{Unlisted: counts.Unlisted, Held: counts.Held, Open: counts.Listed - counts.Closed,
		Closed: counts.Closed}
	p.LastDay = rules.Listing.LastListing(p.Unlisted-p.Held, capacity, today)
	return p, err
}

// StartReviewsParams starts the reviews of drawn families.
type StartReviewsParams struct {
	Lane casefile.Lane `json:"lane"`
}

// StartedAtOnce is how many reviews are being started at the same time: each
// start waits for the server's disk, and these wait together [D].
const StartedAtOnce = 8

// StartReviews starts the review of every drawn family that has none. The
// listing's row is the guard against a second review: a start that finds one
// running, or closed, leaves it alone.
func (a *Activities) StartReviews(ctx context.Context, in StartReviewsParams) (int, error) {
	unstarted, err := a.Store.Unstarted(ctx, in.Lane)
	if err != nil {
		return 0, classify("start reviews", err)
	}
	now, synthetic, err := a.Store.SyntheticNow(ctx)
	if err != nil {
		return 0, classify("start reviews", err)
	}
	starts, starting := errgroup.WithContext(ctx)
	starts.SetLimit(StartedAtOnce)
	for i, l := range unstarted {
		starts.Go(func() error {
			review := casefile.NewReview(l.Case, l.Lane, l.Council, l.DrawnAt, l.ListingDate)
			review.ContinueAfter = a.ContinueAfter
			_, err := a.Temporal.Of(l.Apart).ExecuteWorkflow(starting, contract.ReviewOptions(review, a.TaskQueue),
				contract.CaseReviewWorkflow, review)
			if err != nil && !alreadyThere(err) {
				return fmt.Errorf("start review %s: %w", l.Case, err)
			}
			if synthetic {
				clock := timeskip.Skipper{Client: a.Temporal.Of(l.Apart), Namespace: a.Temporal.Name(l.Apart)}
				return clock.CatchUp(starting, l.Case, now)
			}
			return nil
		})
		if starting.Err() != nil {
			break
		}
		activity.RecordHeartbeat(ctx, i)
	}
	if err := starts.Wait(); err != nil {
		return 0, err
	}
	return len(unstarted), nil
}

// RecordBacklogActParams records an act of operations on a lane.
type RecordBacklogActParams struct {
	Command uuid.UUID     `json:"command"`
	Act     casefile.Act  `json:"act"`
	Lane    casefile.Lane `json:"lane"`
	Now     time.Time     `json:"now"`
	// Stopped is whether the lane has stopped by itself, because a draw failed: that is
	// not on record, and a resumption ends it.
	Stopped bool `json:"stopped,omitempty"`
	// Fresh is whether the lane's workflow has just begun: a start then takes up a lane
	// whose workflow was ended in Temporal, as it stands on record.
	Fresh bool `json:"fresh,omitempty"`
}

// RecordBacklogActResult is what became of it.
type RecordBacklogActResult struct {
	Refused  *casefile.Refusal `json:"refused,omitempty"`
	Capacity int               `json:"capacity"`
	Target   clock.Date        `json:"target,omitzero"`
	Paused   string            `json:"paused,omitempty"`
	// Head is the link of the act's outcome in the lane's chain.
	Head casefile.Link `json:"head,omitzero"`
}

// RecordBacklogAct records the start, pause, resumption or change of capacity
// of a lane's backlog, like [Activities.RecordAct] does for a case.
func (a *Activities) RecordBacklogAct(ctx context.Context, in RecordBacklogActParams) (RecordBacklogActResult, error) {
	var out RecordBacklogActResult
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.LockLane(ctx, in.Lane); err != nil {
			return err
		}
		latest, err := tx.LatestInstant(ctx)
		if err == nil {
			err = inTime(ctx, in.Now, latest)
		}
		if err != nil {
			return err
		}
		cmd, err := tx.Command(ctx, in.Command)
		if store.IsKind(err, store.NotFound) || (err == nil && (cmd.Lane != in.Lane || cmd.Act != in.Act || !cmd.Permitted)) {
			out.Refused = casefile.Refuse(casefile.RefusedUnknownCommand, "no such act is on record for this lane")
			tellForged(ctx, contract.BacklogID(in.Lane), in.Command)
			return nil
		}
		if err != nil {
			return err
		}
		if cmd.Outcome.Valid {
			out.Refused, out.Head = earlier(cmd), cmd.Link
		} else {
			fields, err := casefile.DecodeFields(cmd.Act, cmd.Fields)
			if err != nil {
				return err
			}
			_, err = tx.LaneState(ctx, in.Lane)
			takenUp := in.Act == casefile.ActBacklogStart && in.Fresh && err == nil
			if !takenUp {
				err = tx.SetLane(ctx, in.Act, *fields.(*casefile.BacklogFields), in.Stopped, in.Now)
			}
			if err != nil {
				return err
			}
			if out.Head, err = tx.RecordOutcome(ctx, cmd.ID, casefile.ActAccepted, nil, 0, in.Now); err != nil {
				return err
			}
		}
		return out.read(ctx, tx, in.Lane)
	})
	if refusal, ok := casefile.AsRefusal(err); ok {
		out = RecordBacklogActResult{Refused: refusal}
		err = a.Store.InTx(ctx, func(tx *store.Tx) error {
			head, err := tx.RecordOutcome(ctx, in.Command, casefile.ActRefused, refusal, 0, in.Now)
			if err != nil {
				return err
			}
			out.Head = head
			return out.read(ctx, tx, in.Lane)
		})
	}
	return out, classify("record backlog act", err)
}

// read takes over how the lane stands on record; one that was never started
// stands nowhere.
func (r *RecordBacklogActResult) read(ctx context.Context, tx *store.Tx, lane casefile.Lane) error {
	state, err := tx.LaneState(ctx, lane)
	if store.IsKind(err, store.NotFound) {
		return nil
	}
	r.Capacity, r.Target, r.Paused = state.Capacity, state.Target, state.Paused
	return err
}

func alreadyThere(err error) bool {
	var already *serviceerror.WorkflowExecutionAlreadyStarted
	return errors.As(err, &already)
}
