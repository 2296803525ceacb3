package activities

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/policy"
	"hame/internal/store"
)

// A deadline's dates follow from its ledger: what the rule set gives, the holds
// of the case that stop it, what was added to it, and the calendars in force.
// An act or a calendar that changes one of these has the dates worked out anew here,
// and nowhere else, so that no two causes can disagree.

// pauses are the holds of the case that stop the clock of a kind of task.
func (c *change) pauses(ctx context.Context, kind casefile.TaskKind) ([]clock.Pause, error) {
	if !kind.CanBeStopped() {
		return nil, nil
	}
	holds, err := c.Holds(ctx, c.ref)
	return pausesBy(holds, kind), err
}

func pausesBy(holds []store.HoldRow, kind casefile.TaskKind) []clock.Pause {
	var pauses []clock.Pause
	for _, h := range holds {
		if !h.RunsOn && h.Ground.Stops(kind) {
			pauses = append(pauses, clock.Pause{From: h.From, Until: h.Until})
		}
	}
	return pauses
}

// calendars are the holidays in force, and those of a version that something was shown
// with; empty if it was never shown.
func (c *change) calendars(ctx context.Context, shown string) (policy.Calendars, error) {
	by := policy.Calendars{InForce: c.holidays}
	if shown == "" {
		return by, nil
	}
	var err error
	by.Shown, err = c.a.holidays(ctx, c.Tx, shown)
	return by, err
}

// ledger is the ledger of a task, with the pauses given.
func (c *change) ledger(t store.TaskDates, pauses []clock.Pause) policy.Ledger {
	l := t.Ledger(pauses)
	l.EvidenceIsOpen = !c.before.HasOpened(casefile.Representation)
	return l
}

// moveDeadlines works out the dates of the case's tasks anew, and keeps the old
// ones of each that changed, with the cause. command is the act that caused it,
// uuid.Nil for a calendar.
func (c *change) moveDeadlines(ctx context.Context, cause store.Cause, command uuid.UUID) error {
	tasks, err := c.TasksWithDates(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if _, err := c.moveDeadline(ctx, t, cause, command); err != nil {
			return err
		}
	}
	return c.moveAnswers(ctx, cause, command)
}

// catchUp works out by the calendars in force what a change of them has not
// reached yet, before an act changes the ledger: each date that moves is kept with
// its own cause.
func (c *change) catchUp(ctx context.Context) error {
	tasks, err := c.TasksWithDates(ctx, c.ref)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if !c.isBehind(t) {
			continue
		}
		if _, err := c.moveDeadline(ctx, t, store.CauseCalendar, uuid.Nil); err != nil {
			return err
		}
	}
	return c.moveAnswers(ctx, store.CauseCalendar, uuid.Nil)
}

// isBehind reports whether a change of the calendars has not reached a task yet.
func (c *change) isBehind(t store.TaskDates) bool { return t.Ledger(nil).Shown.IsBehind(c.holidays) }

// moveDeadline works out one task's dates anew ([policy.RuleSet.Replan]), writes what
// has changed, and returns the plan. An act that takes somebody's time away is
// refused. The day of review of a hold is no deadline of anybody outside.
func (c *change) moveDeadline(ctx context.Context, t store.TaskDates, cause store.Cause,
	command uuid.UUID) (plan policy.Plan, err error) {
	pauses, err := c.pauses(ctx, t.Kind)
	if err != nil {
		return plan, err
	}
	by, err := c.calendars(ctx, t.Version)
	if err != nil {
		return plan, err
	}
	ledger := c.ledger(t, pauses)
	if plan, err = c.rules.Replan(ledger, by, c.now); err != nil {
		return plan, err
	}
	if command != uuid.Nil && cause != store.CauseHoldReview && plan.TakesTime(ledger, c.today) {
		return plan, timeTaken(fmt.Sprintf("%s would then have been due on %s", t.Kind, plan.DueOn), cause)
	}
	if plan.Reopened && c.before.Stage == casefile.Welfare { // the stage shown is the earliest unfinished
		if err := c.ReenterStage(ctx, c.ref, casefile.Evidence, c.now); err != nil {
			return plan, err
		}
		if err := c.ShowStage(ctx, c.ref, casefile.Evidence, c.now); err != nil {
			return plan, err
		}
	}
	switch {
	case plan.Moved:
		return plan, c.MoveTask(ctx, t.ID, ledger.Deadline.Budget, plan, cause, command, c.now)
	case plan.Restamped:
		return plan, c.StampCalendar(ctx, t.ID, plan.Version, plan.KeptUnder)
	}
	return plan, nil
}

// timeTaken refuses an act by which somebody's time would have ended already.
func timeTaken(what string, cause store.Cause) *casefile.Refusal {
	next := ""
	if cause == store.CauseRelease {
		next = ": give a later day with --on, or leave it out, and what was left is left"
	}
	return casefile.Refuse(casefile.RefusedTooLate, what+", which has passed"+next)
}

// passed reports whether a last day is over. A stopped clock has none that could be.
func passed(due, today clock.Date) bool { return policy.Day{On: due}.Passed(today) }

// nextRung is the rung that follows one that has acted.
func (c *change) nextRung(ctx context.Context, t store.TaskDates, acted casefile.Rung) (casefile.Rung, error) {
	pauses, err := c.pauses(ctx, t.Kind)
	if err != nil {
		return casefile.Rung{}, err
	}
	by, err := c.a.holidays(ctx, c.Tx, t.Version)
	if err != nil {
		return casefile.Rung{}, err
	}
	return c.rules.Following(c.ledger(t, pauses), acted, by)
}

// reviewHolds sees to it that the case's holds are looked at by the earliest of
// their days of review: a forgotten hold wakes up and asks. command is the act
// that changed them, uuid.Nil for none.
func (c *change) reviewHolds(ctx context.Context, command uuid.UUID) error {
	holds, err := c.Holds(ctx, c.ref)
	if err != nil {
		return err
	}
	var earliest clock.Date
	held := false
	for _, h := range holds {
		if !h.Until.IsZero() {
			continue
		}
		held = true
		if !h.ReviewOn.IsZero() && (earliest.IsZero() || h.ReviewOn.Before(earliest)) {
			earliest = h.ReviewOn
		}
	}
	if !held {
		if !c.isOpen(casefile.TaskHold, 0) {
			return nil
		}
		// What ended the last one was no act on this case, such as a word on a pair of files.
		_, err := c.done(ctx, casefile.TaskHold, 0, "released", c.today)
		return err
	}
	if earliest.IsZero() {
		if earliest, err = c.usualReview(c.today); err != nil {
			return err
		}
	}
	task, err := c.Task(ctx, c.ref, casefile.TaskHold, 0)
	switch {
	case store.IsKind(err, store.NotFound):
		rule, _ := casefile.TaskHold.Rule()
		ladder, err := c.rules.Ladder(casefile.TaskHold, untilDay(c.today, earliest), c.holidays)
		if err != nil {
			return err
		}
		return c.OpenTask(ctx, c.ref, rule, rule.Awaiting, 0, ladder, c.now)
	case err != nil:
		return err
	}
	task.Unit = clock.CalendarDays // some were opened with working days, before a day of review could be named
	task.Days = max(earliest.DaysSince(task.Began), 0)
	_, err = c.moveDeadline(ctx, task, store.CauseHoldReview, command)
	return err
}

// untilDay is a deadline whose last day somebody has named: so many calendar days.
func untilDay(began, last clock.Date) clock.Deadline {
	return clock.Deadline{Began: began, Budget: clock.Budget{Days: max(last.DaysSince(began), 0),
		Unit: clock.CalendarDays, Calendar: clock.EnglandAndWales}}
}

// usualReview is the day on which a hold that nobody gave one is reviewed.
func (c *change) usualReview(began clock.Date) (clock.Date, error) {
	deadline, err := c.rules.Deadline(casefile.TaskHold, began, c.council)
	if err != nil {
		return clock.Date{}, err
	}
	return deadline.Due(c.holidays)
}

// MoveDeadlinesParams has the deadlines of a case worked out by the calendars in force.
type MoveDeadlinesParams struct {
	Case string    `json:"case"`
	Now  time.Time `json:"now"`
}

// MoveDeadlines works out each deadline of a case by the calendars in force, and
// keeps the old dates of those that move. Doing it again does nothing.
func (a *Activities) MoveDeadlines(ctx context.Context, in MoveDeadlinesParams) (casefile.Facts, error) {
	r, err := a.changing(ctx, in.Case, in.Now, func(c *change) error {
		if err := c.moveDeadlines(ctx, store.CauseCalendar, uuid.Nil); err != nil {
			return err
		}
		return c.SeenToCalendar(ctx, c.ref)
	})
	return r, classify("move deadlines", err)
}

// moveAnswers works out anew the last days on which people may answer adverse
// material, and keeps the old ones, as it is done with the deadlines of tasks.
func (c *change) moveAnswers(ctx context.Context, cause store.Cause, command uuid.UUID) error {
	switch cause {
	case store.CauseHold, store.CauseRelease, store.CauseCalendar, store.CauseExtension:
	default:
		return nil
	}
	answers, err := c.AnswersAwaited(ctx, c.ref)
	if err != nil {
		return err
	}
	if len(answers) == 0 {
		return nil
	}
	pauses, err := c.pauses(ctx, casefile.TaskQuestionnaire)
	if err != nil {
		return err
	}
	for _, x := range answers {
		day, err := c.answerBy(ctx, x, pauses)
		if err != nil {
			return err
		}
		if command != uuid.Nil && day.Passed(c.today) && !passed(x.AnswerBy, c.today) {
			return timeTaken(fmt.Sprintf("the time to answer what was put on %s would then have ended on %s", x.PutOn, day.On),
				cause)
		}
		if err := c.MoveAnswer(ctx, x, day, cause, command, c.now); err != nil {
			return err
		}
	}
	return nil
}

// answerBy is the last day on which adverse material that was put can be answered.
func (c *change) answerBy(ctx context.Context, x store.AwaitedAnswer, pauses []clock.Pause) (policy.Day, error) {
	by, err := c.calendars(ctx, x.Version)
	if err != nil {
		return policy.Day{}, err
	}
	deadline := casefile.AnswerDeadline(x.PutOn, pauses)
	deadline.Extended = x.Extended
	return policy.LastDay(deadline, by, x.KeptUnder, c.today)
}
