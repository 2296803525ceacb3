package activities

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
	"hame/internal/timeskip"
)

// Backlog is the state of a lane's ClearBacklog: its argument, and what every
// run carries on.
type Backlog struct {
	Schema   int           `json:"schema"`
	Lane     casefile.Lane `json:"lane"`
	Capacity int           `json:"capacity"` // families listed a week
	Target   clock.Date    `json:"target,omitzero"`
	Paused   string        `json:"paused,omitempty"` // the reason's code
	// Head is the last link of the lane's chain that its workflow was told of: the record
	// must still have it.
	Head     casefile.Link `json:"head,omitzero"`
	NextDraw time.Time     `json:"next_draw"`
	Progress Progress      `json:"progress"`
}

// Progress is where a lane stands, counted from the record.
type Progress struct {
	Unlisted int        `json:"unlisted"`
	Held     int        `json:"held"` // unlisted duplicate candidates, which nobody has resolved
	Open     int        `json:"open"`
	Closed   int        `json:"closed"`
	LastDay  clock.Date `json:"last_day,omitzero"` // on which the last family is forecast to be listed
}

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
func (a *Activities) DrawFamilies(ctx context.Context, in DrawFamiliesParams) (Progress, error) {
	today := clock.DateOf(in.Now)
	var progress Progress
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

func (a *Activities) draw(ctx context.Context, tx *store.Tx, in DrawFamiliesParams, rules *policy.RuleSet, today clock.Date) error {
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
	var order []Placed
	for week := 0; week <= rules.Listing.LeadWeeks; week++ {
		on := today.AddDays(7 * week)
		if !calendar.IsWorkingDay(on) {
			on = calendar.NextWorkingDay(on)
		}
		left := in.Capacity - drawn[store.WeekOf(on)]
		if left <= 0 {
			continue
		}
		if order == nil {
			waiting, err := tx.Waiting(ctx, in.Lane)
			if err != nil {
				return err
			}
			if order, err = Order(waiting, rules, today); err != nil {
				return err
			}
		}
		for ; left > 0 && len(order) > 0; left-- {
			if _, err := tx.List(ctx, order[0].Case, in.Now, on, order[0].Place.Why); err != nil {
				return err
			}
			order = order[1:]
		}
	}
	return nil
}

// Placed is an unlisted family in the order of listing.
type Placed struct {
	store.Waiting
	Place policy.Place
}

// Order puts a lane's unlisted families in the order in which they would be
// listed on a day: by the rule set's class, then longest here first.
func Order(waiting []store.Waiting, rules *policy.RuleSet, today clock.Date) ([]Placed, error) {
	placed := make([]Placed, len(waiting))
	for i, w := range waiting {
		place, err := rules.Place(listingFacts(w, today), today.DaysSince(w.ImportedOn)/7)
		if err != nil {
			return nil, err
		}
		placed[i] = Placed{w, place}
	}
	slices.SortStableFunc(placed, func(x, y Placed) int {
		if x.Place.Priority != y.Place.Priority {
			return x.Place.Priority - y.Place.Priority
		}
		if c := longestHere(x).Compare(longestHere(y)); c != 0 {
			return c
		}
		if x.Key < y.Key {
			return -1
		}
		return 1
	})
	return placed, nil
}

// longestHere orders by arrival, or by the claim where no arrival is recorded.
func longestHere(p Placed) clock.Date {
	if !p.ArrivedOn.IsZero() {
		return p.ArrivedOn.Latest()
	}
	if !p.ClaimDate.IsZero() {
		return p.ClaimDate.Latest()
	}
	return p.ImportedOn // nothing is known: it stands behind those of whom something is
}

func listingFacts(w store.Waiting, today clock.Date) policy.Facts {
	children, agesOut := 0, false
	for _, p := range w.People() {
		if !casefile.MayBeChild(p.Birth, p.Relationship, p.AgeDisputed, today) {
			continue
		}
		children++
		agesOut = agesOut || AgesOut(p.Birth, today)
	}
	return policy.Facts{
		"public_harm_alleged":            policy.Is(w.HarmAlleged),
		"serious_illness":                policy.Is(w.Illness),
		"supported":                      policy.Is(w.Supported),
		"children":                       policy.Is(children),
		"child_turns_18_within_6_months": policy.Is(agesOut),
		"residence_years":                years(w.ArrivedOn, today),
	}
}

func (a *Activities) progress(ctx context.Context, tx *store.Tx, lane casefile.Lane, capacity int, today clock.Date, rules *policy.RuleSet) (Progress, error) {
	counts, err := tx.LaneCounts(ctx, lane)
	p := Progress{Unlisted: counts.Unlisted, Held: counts.Held, Open: counts.Listed - counts.Closed, Closed: counts.Closed}
	if waiting := p.Unlisted - p.Held; waiting > 0 && capacity > 0 {
		weeks := rules.Listing.LeadWeeks + (waiting+capacity-1)/capacity
		p.LastDay = today.AddDays(7 * weeks)
	}
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
	synthetic, err := a.Store.Synthetic(ctx)
	if err != nil {
		return 0, classify("start reviews", err)
	}
	now, err := a.Store.BusinessNow(ctx)
	if err != nil {
		return 0, classify("start reviews", err)
	}
	starts, starting := errgroup.WithContext(ctx)
	starts.SetLimit(StartedAtOnce)
	for i, l := range unstarted {
		starts.Go(func() error {
			review := casefile.Review{Schema: casefile.ReviewSchema, Case: l.Case, Lane: l.Lane, Council: l.Council,
				DrawnAt: l.DrawnAt, ListingDate: l.ListingDate, ListingAt: l.ListingDate.Start(), Stage: casefile.Listed, ContinueAfter: a.ContinueAfter}
			_, err := a.Temporal.Of(l.Apart).ExecuteWorkflow(starting, ReviewOptions(review, a.TaskQueue), CaseReviewWorkflow, review)
			if err != nil && !alreadyThere(err) {
				return fmt.Errorf("start review %s: %w", l.Case, err)
			}
			if synthetic { // its now may have been rehearsed years ahead
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
			tellForged(ctx, BacklogID(in.Lane), in.Command)
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
			if out.Head, err = tx.RecordOutcome(ctx, cmd.ID, "accepted", nil, 0, in.Now); err != nil {
				return err
			}
		}
		return out.read(ctx, tx, in.Lane)
	})
	if refusal, ok := casefile.AsRefusal(err); ok {
		out = RecordBacklogActResult{Refused: refusal}
		err = a.Store.InTx(ctx, func(tx *store.Tx) error {
			head, err := tx.RecordOutcome(ctx, in.Command, "refused", refusal, 0, in.Now)
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

// ReviewOptions are the options under which a review is started, in every place
// that starts one.
func ReviewOptions(r casefile.Review, taskQueue string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:        r.Case,
		TaskQueue: taskQueue,
		// Only a reopening may start a closed review again.
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy:                 enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowExecutionErrorWhenAlreadyStarted: false,
		StaticSummary:                            fmt.Sprintf("%s: review, %s lane", r.Case, r.Lane),
		TypedSearchAttributes:                    StartAttributes(r),
	}
}
