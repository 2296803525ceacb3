package activities

import (
	"context"
	"time"

	"github.com/google/uuid"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/store"
)

// A deadline's dates follow from its ledger: what the rule set gives, the holds
// of the case that stop it, what was added to it, and the calendars in force.
// Whatever changes one of these has the dates of the case worked out anew here,
// and nowhere else, so that no two causes can disagree.

// pauses are the holds of the case that stop the clock of a kind of task.
func (c *change) pauses(ctx context.Context, kind casefile.TaskKind) ([]clock.Pause, error) {
	if !kind.CanBeStopped() {
		return nil, nil
	}
	holds, err := c.Holds(ctx, c.ref)
	if err != nil {
		return nil, err
	}
	var pauses []clock.Pause
	for _, h := range holds {
		if !h.RunsOn && h.Ground.Stops(kind) {
			pauses = append(pauses, clock.Pause{From: h.From, Until: h.Until})
		}
	}
	return pauses, nil
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
		if _, err := c.moveDeadline(ctx, t, t.Days, cause, command); err != nil {
			return err
		}
	}
	return nil
}

// moveDeadline works out one task's dates anew, with a budget of so many days. It
// returns them. Where a holiday ceases to be one and the last day would so have
// passed already, the task keeps the calendar that its last day was shown by: no
// calendar takes away a day that somebody still counted on [D].
func (c *change) moveDeadline(ctx context.Context, t store.TaskDates, days int, cause store.Cause, command uuid.UUID) (store.NewDates, error) {
	pauses, err := c.pauses(ctx, t.Kind)
	if err != nil {
		return store.NewDates{}, err
	}
	resized := t
	resized.Days = days
	deadline := resized.Deadline(pauses)
	to := store.NewDates{Days: days, Version: c.holidays.Version(), Next: t.Rung(), Awaiting: t.Awaiting, Overdue: t.Overdue, Escalated: t.Escalated}
	if to.DueOn, err = deadline.Due(c.holidays); err != nil {
		return to, err
	}
	if to.Provisional, err = deadline.Provisional(c.holidays); err != nil {
		return to, err
	}
	if to.DaysLeft, err = deadline.Left(c.holidays, c.today.AddDays(-1)); err != nil {
		return to, err
	}
	if t.Result == "" {
		err = c.stepAnew(ctx, t, deadline, &to)
	} else {
		err = c.judgeAnew(ctx, t, deadline, &to)
	}
	if err != nil {
		return to, err
	}
	if cause == store.CauseCalendar && t.Result == "" && passed(to.DueOn, c.today) && !passed(t.DueOn, c.today) {
		return to, nil
	}
	next := t.Rung()
	same := to.DueOn == t.DueOn && to.Provisional == t.Provisional && to.Next.Kind == next.Kind && to.Next.No == next.No && to.Next.At.Equal(next.At)
	switch {
	case !same:
		return to, c.MoveTask(ctx, t, to, cause, command, c.now)
	case t.Version != to.Version:
		return to, c.StampCalendar(ctx, t.ID, to.Version)
	}
	return to, nil
}

// stepAnew says which rung of an open task acts next by its new dates. A reminder
// that has acted is not sent again. What acted because a day had passed that now
// lies ahead is taken back, and acts again when the new day has passed.
func (c *change) stepAnew(ctx context.Context, t store.TaskDates, d clock.Deadline, to *store.NewDates) (err error) {
	ahead := !passed(to.DueOn, c.today)
	switch {
	case t.NextRung == casefile.Reminder:
		to.Next, err = c.rules.Rung(t.Kind, d, c.holidays, casefile.Reminder, t.NextNo)
	case t.NextRung == casefile.Due && to.DueOn == t.DueOn && t.Next != nil:
		// It may have been put off, for an item of post that is waited for (C1).
	case t.NextRung == casefile.Due:
		to.Next, err = c.rules.Rung(t.Kind, d, c.holidays, casefile.Due, t.NextNo)
	case ahead:
		acted, err := c.ActedRungs(ctx, t.ID)
		if err != nil {
			return err
		}
		rule, _ := t.Kind.Rule()
		to.Overdue, to.Escalated, to.Awaiting = false, false, rule.Awaiting
		to.Next, err = c.rules.Rung(t.Kind, d, c.holidays, casefile.Due, acted[casefile.Due])
		return err
	case t.NextRung == casefile.Escalation:
		to.Next, err = c.rules.Rung(t.Kind, d, c.holidays, casefile.Escalation, t.NextNo)
	case t.NextRung == casefile.Diary && c.rules.Escalates(t.Kind):
		escalation, err := c.rules.Rung(t.Kind, d, c.holidays, casefile.Escalation, 0)
		if err != nil || (!escalation.At.IsZero() && !escalation.At.After(c.now)) {
			return err // it was escalated, and rightly
		}
		acted, err := c.ActedRungs(ctx, t.ID)
		if err != nil {
			return err
		}
		escalation.No = acted[casefile.Escalation]
		to.Next, to.Escalated = escalation, false
	}
	return err
}

// judgeAnew looks again at a task that was closed, by its new dates: an answer in
// time was not late, and what had its time taken by a hold was not missed. While
// the family's evidence is gathered such a task is opened again, with what is left.
func (c *change) judgeAnew(ctx context.Context, t store.TaskDates, d clock.Deadline, to *store.NewDates) error {
	ahead := !passed(to.DueOn, c.today)
	if !t.AttestedOn.IsZero() {
		to.Overdue = t.Overdue && !to.DueOn.IsZero() && to.DueOn.Before(t.AttestedOn)
		return nil
	}
	if !ahead || to.DueOn == t.DueOn {
		return nil
	}
	to.Overdue = false
	rule, _ := t.Kind.Rule()
	if rule.Stage != casefile.Evidence || c.before.HasOpened(casefile.Representation) {
		return nil
	}
	if _, err := c.Task(ctx, c.ref, t.Kind, t.Subject); !store.IsKind(err, store.NotFound) {
		return err // it was asked for anew meanwhile
	}
	acted, err := c.ActedRungs(ctx, t.ID)
	if err != nil {
		return err
	}
	to.Reopened, to.Escalated, to.Awaiting = true, false, rule.Awaiting
	to.Next, err = c.rules.Rung(t.Kind, d, c.holidays, casefile.Due, acted[casefile.Due])
	return err
}

// passed reports whether a last day is over; what is stopped has none that could be.
func passed(due, today clock.Date) bool { return !due.IsZero() && due.Before(today) }

// nextRung is the rung that follows one that has acted, numbered after those of
// its kind that have acted before.
func (c *change) nextRung(ctx context.Context, t store.TaskDates, acted casefile.Rung) (casefile.Rung, error) {
	pauses, err := c.pauses(ctx, t.Kind)
	if err != nil {
		return casefile.Rung{}, err
	}
	next, err := c.rules.Next(t.Kind, t.Deadline(pauses), c.holidays, acted)
	if err != nil || acted.No == 0 || acted.Kind == casefile.Diary {
		return next, err
	}
	before, err := c.ActedRungs(ctx, t.ID)
	next.No = before[next.Kind]
	if next.Kind == casefile.Diary {
		next.No++
	}
	return next, err
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
		return nil
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
	_, err = c.moveDeadline(ctx, task, max(earliest.DaysSince(task.Began), 0), store.CauseHoldReview, command)
	return err
}

// untilDay is a deadline whose last day somebody has named: so many calendar days.
func untilDay(began, last clock.Date) clock.Deadline {
	return clock.Deadline{Began: began, Budget: clock.Budget{Days: max(last.DaysSince(began), 0), Unit: clock.CalendarDays, Calendar: clock.EnglandAndWales}}
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
func (a *Activities) MoveDeadlines(ctx context.Context, in MoveDeadlinesParams) (casefile.Review, error) {
	r, err := a.changing(ctx, in.Case, in.Now, func(c *change) error {
		if err := c.moveDeadlines(ctx, store.CauseCalendar, uuid.Nil); err != nil {
			return err
		}
		return c.moveAnswers(ctx)
	})
	return r, classify("move deadlines", err)
}

// moveAnswers moves the last days on which people may answer adverse material.
func (c *change) moveAnswers(ctx context.Context) error {
	answers, err := c.AnswersAwaited(ctx, c.ref, c.today)
	if err != nil {
		return err
	}
	for _, x := range answers {
		by, err := c.workingDay(x.PutOn, casefile.AdverseAnswerWDays)
		if err != nil {
			return err
		}
		if by == x.AnswerBy {
			continue
		}
		if err := c.SetAnswerBy(ctx, x.Command, by); err != nil {
			return err
		}
	}
	return nil
}
