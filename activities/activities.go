// Package activities is what touches the world for the workflows: the store,
// and the clocks and rule sets applied to it. Each activity is one transaction,
// is idempotent by a key its workflow chose, takes the business instant from
// its workflow, and returns codes, days and instants only.
package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
	"hame/internal/temporalnamespace"
)

// The names under which activities are registered and called. They are part of
// every open review's history: renaming Go code leaves them alone.
const (
	OpenReviewActivity       = "OpenReview"
	OpenStageActivity        = "OpenStage"
	RecordActActivity        = "RecordAct"
	ActOnRungActivity        = "ActOnRung"
	ActOnThresholdsActivity  = "ActOnThresholds"
	MarkStuckActivity        = "MarkStuck"
	DrawFamiliesActivity     = "DrawFamilies"
	StartReviewsActivity     = "StartReviews"
	RecordBacklogActActivity = "RecordBacklogAct"
	TakeStockActivity        = "TakeStock"
	MoveDeadlinesActivity    = "MoveDeadlines"
	MoveReviewsActivity      = "MoveReviews"
)

// Activities holds what the activities work with.
type Activities struct {
	Store *store.Store
	// Temporal starts reviews, and reaches those that run; empty where a test starts none.
	Temporal  temporalnamespace.Clients
	TaskQueue string
	// Apart says that these activities are those of the namespace of restricted
	// families' reviews: they change no other review.
	Apart bool
	// ContinueAfter is the tests' hook: the reviews that it starts continue as new
	// after so many steps.
	ContinueAfter int

	rules     sync.Map // hash -> *policy.RuleSet
	calendars sync.Map // version -> *clock.Holidays
}

// Register registers every activity under its name. Each asks who calls it: what
// comes from elsewhere than its own workflow is refused. Among the reviews of
// restricted families, only a review's are there.
func (a *Activities) Register(w worker.ActivityRegistry) {
	register := func(all map[string]any) {
		for name, f := range all {
			w.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
		}
	}
	register(map[string]any{
		OpenReviewActivity: own(a.OpenReview), OpenStageActivity: own(a.OpenStage), RecordActActivity: own(a.RecordAct),
		ActOnRungActivity: own(a.ActOnRung), ActOnThresholdsActivity: own(a.ActOnThresholds),
		MarkStuckActivity: own(a.MarkStuck),
		TakeStockActivity: own(a.TakeStock), MoveDeadlinesActivity: own(a.MoveDeadlines),
	})
	if !a.Apart {
		register(map[string]any{
			DrawFamiliesActivity: own(a.DrawFamilies), StartReviewsActivity: own(a.StartReviews),
			RecordBacklogActActivity: own(a.RecordBacklogAct), MoveReviewsActivity: ownBy(ofCalendar, a.MoveReviews),
		})
	}
}

// The types of application errors that workflows tell apart.
const (
	// BrokenError can't be mended by trying again.
	BrokenError = "broken"
	// OutageError is an outage: tried again without end.
	OutageError = "outage"
)

// classify turns a store's error into what Temporal should do about it. The
// message names the activity, the method of the store and a code, and never a value. The
// case is the workflow's own id, beside which Temporal shows the message.
func classify(doing string, err error) error {
	if err == nil {
		return nil
	}
	message := fmt.Sprintf("%s: %v", doing, err)
	var se *store.Error
	if errors.As(err, &se) && se.Kind != store.Broken && se.Method != "" {
		message = fmt.Sprintf("%s: %s: %v", doing, se.Method, err)
	}
	if errors.As(err, &se) && (se.Kind == store.Unavailable || se.Kind == store.Conflict || se.Kind == store.Blocked) {
		return temporal.NewApplicationError(message, OutageError)
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	return temporal.NewNonRetryableApplicationError(message, BrokenError, nil)
}

// ruleSet returns a stored rule set, which never changes under its hash. It
// reads through the caller's transaction: a second connection taken while one is
// held could exhaust the pool.
func (a *Activities) ruleSet(ctx context.Context, tx *store.Tx, hash string) (*policy.RuleSet, error) {
	if s, ok := a.rules.Load(hash); ok {
		return s.(*policy.RuleSet), nil
	}
	body, err := tx.RuleSetBody(ctx, hash)
	if err != nil {
		return nil, fmt.Errorf("rule set %s: %w", hash, err)
	}
	set, err := policy.Load(hash, []byte(body))
	if err != nil {
		return nil, err
	}
	a.rules.Store(hash, set)
	return set, nil
}

// holidays returns a stored version of the calendars, which never changes. It
// reads through the caller's transaction, as [Activities.ruleSet] does.
func (a *Activities) holidays(ctx context.Context, tx *store.Tx, version string) (*clock.Holidays, error) {
	if h, ok := a.calendars.Load(version); ok {
		return h.(*clock.Holidays), nil
	}
	h, err := tx.Holidays(ctx, version)
	if err != nil {
		return nil, err
	}
	a.calendars.Store(version, h)
	return h, nil
}

// change is one transaction on one case, at one business instant.
type change struct {
	*store.Tx
	ref     string
	now     time.Time
	today   clock.Date
	rules   *policy.RuleSet
	before  casefile.Facts
	council string
	// holidays are those of the calendars in force, which no other change of
	// calendar can replace before this transaction ends.
	holidays *clock.Holidays
	a        *Activities
	// fileUntouched is set by an act that says nothing about the family: the file
	// keeps its revision, and a proposal made on it stands.
	fileUntouched bool
	// confirmed is whether the act that is recorded was typed with a confirmation.
	confirmed bool
	// cmd is the act that is recorded. Where it is a second officer's agreement, what is done
	// is what another act asked for, and second is the officer who agrees.
	cmd    store.Command
	second string
}

// changing locks a case, runs f on it, and returns the review as the facts have
// it afterwards.
func (a *Activities) changing(ctx context.Context, ref string, now time.Time, f func(*change) error,
) (casefile.Facts, error) {
	return a.changingBoth(ctx, ref, "", now, f)
}

// changingBoth is changing for an act that is about a second case too, empty for none. The two
// are locked in the order of reference, reviews before chains, so that no two acts wait for
// each other. A second case without a review has nothing to lock.
func (a *Activities) changingBoth(ctx context.Context, ref, other string, now time.Time, f func(*change) error,
) (casefile.Facts, error) {
	var after casefile.Facts
	err := a.Store.InTx(ctx, func(tx *store.Tx) error {
		locked, err := lockBoth(ctx, tx, ref, other)
		if err != nil {
			return err
		}
		if err := a.inPlace(ctx, locked); err != nil {
			return err
		}
		if err := inTime(ctx, now, locked.Latest); err != nil {
			return err
		}
		holidays, err := a.holidays(ctx, tx, locked.Calendar)
		if err != nil {
			return err
		}
		before, err := tx.Review(ctx, ref)
		if err != nil {
			return err
		}
		rules, err := a.ruleSet(ctx, tx, before.RuleSet)
		if err != nil {
			return err
		}
		c := &change{Tx: tx, ref: ref, now: now, today: clock.DateOf(now), rules: rules, before: before,
			council: before.Council, holidays: holidays, a: a}
		if err := f(c); err != nil {
			return err
		}
		after, err = c.settle(ctx)
		return err
	})
	return after, err
}

func lockBoth(ctx context.Context, tx *store.Tx, ref, other string) (store.Locked, error) {
	if other == "" || other == ref {
		return tx.LockReview(ctx, ref)
	}
	second := func() error {
		locked, err := tx.LockReview(ctx, other)
		switch {
		case store.IsKind(err, store.NotFound):
			return nil
		case err == nil && locked.Moving:
			return &store.Error{Kind: store.Conflict} // tried again when its review runs where it belongs
		}
		return err
	}
	if other < ref {
		if err := second(); err != nil {
			return store.Locked{}, err
		}
	}
	locked, err := tx.LockReview(ctx, ref)
	if err == nil && other > ref {
		err = second()
	}
	if err == nil {
		err = tx.LockChains(ctx, ref, other)
	}
	return locked, err
}

// on is the change of another case in the same transaction, which has locked it. NotFound if
// it has no review.
func (c *change) on(ctx context.Context, ref string) (*change, error) {
	before, err := c.Review(ctx, ref)
	if err != nil {
		return nil, err
	}
	rules, err := c.a.ruleSet(ctx, c.Tx, before.RuleSet)
	if err != nil {
		return nil, err
	}
	return &change{Tx: c.Tx, ref: ref, now: c.now, today: c.today, rules: rules, before: before, council: before.Council,
		holidays: c.holidays, a: c.a, cmd: c.cmd, second: c.second}, nil
}

// settle reads the review again and moves the stage it shows from evidence to
// welfare when evidence is finished first: the stage shown is the earliest unfinished.
func (c *change) settle(ctx context.Context) (casefile.Facts, error) {
	after, err := c.Review(ctx, c.ref)
	if err != nil || after.Stage != casefile.Evidence || !after.Finished(casefile.Evidence) {
		return after, err
	}
	if err := c.LeaveStage(ctx, c.ref, casefile.Evidence, c.now); err != nil {
		return after, err
	}
	after.Stage = casefile.Welfare
	return after, c.ShowStage(ctx, c.ref, casefile.Welfare, c.now)
}

// waits reports whether a task of a kind was open before the change.
func (c *change) waits(kind casefile.TaskKind) bool {
	return slices.ContainsFunc(c.before.Tasks, func(t casefile.Task) bool { return t.Kind == kind })
}

// open opens a task whose clock began on a day.
func (c *change) open(ctx context.Context, kind casefile.TaskKind, subject int, began clock.Date) error {
	rule, _ := kind.Rule()
	return c.openFor(ctx, kind, subject, began, rule.Awaiting)
}

// openFor opens a task for somebody else than its rule names.
func (c *change) openFor(ctx context.Context, kind casefile.TaskKind, subject int, began clock.Date,
	awaiting casefile.Party) error {
	rule, ok := kind.Rule()
	if !ok {
		return store.Impossible("no rule for task %s", kind)
	}
	deadline, err := c.rules.Deadline(kind, began, c.council)
	if err != nil {
		return err
	}
	if deadline.Pauses, err = c.pauses(ctx, kind); err != nil {
		return err
	}
	if deadline, err = c.keptSince(ctx, kind, subject, deadline); err != nil {
		return err
	}
	ladder, err := c.rules.Ladder(kind, deadline, c.holidays)
	if err != nil {
		return err
	}
	return c.OpenTask(ctx, c.ref, rule, awaiting, subject, ladder, c.now)
}

// done closes a task that an act has answered. It reports whether it was open.
func (c *change) done(ctx context.Context, kind casefile.TaskKind, subject int, result casefile.TaskResult,
	on clock.Date) (bool, error) {
	return c.CloseTask(ctx, c.ref, kind, subject, result, on, c.now)
}
