package activities

import (
	"context"
	"fmt"
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

// lastDay works out a deadline's last day, and the holidays that it rests on: those
// in force, but where by them the day has passed, and by those that it was shown
// with it has not, or passed later. Then these stay: a day that ceases to be a
// holiday takes away no day that somebody still counted on, nor one that they have
// used [D]. Until the calendars change again the deadline then keeps its own, also
// when an act moves the day. version is the one that the day was shown with, empty
// if none, keptUnder the one in force when it was kept.
func (c *change) lastDay(ctx context.Context, d clock.Deadline, version, keptUnder string) (clock.Date, *clock.Holidays, error) {
	if keptUnder == c.holidays.Version() {
		return c.laterDay(ctx, d, version)
	}
	due, err := d.Due(c.holidays)
	if err != nil || version == "" || version == c.holidays.Version() || !passed(due, c.today) {
		return due, c.holidays, err
	}
	return c.laterDay(ctx, d, version)
}

// laterDay is the later of a deadline's last days by its own version of the holidays
// and by those in force, and the version that gives it. Stopped is later than any
// day, and stopped by both it keeps its own.
func (c *change) laterDay(ctx context.Context, d clock.Deadline, version string) (clock.Date, *clock.Holidays, error) {
	own, err := c.a.holidays(ctx, c.Tx, version)
	if err != nil {
		return clock.Date{}, nil, err
	}
	kept, err := d.Due(own)
	if err != nil || kept.IsZero() {
		return kept, own, err
	}
	due, err := d.Due(c.holidays)
	if err != nil || due.IsZero() || !kept.After(due) {
		return due, c.holidays, err
	}
	return kept, own, nil
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
	return c.moveAnswers(ctx, cause, command)
}

// keptUnder is the version in force where a last day rests on another one.
func (c *change) keptUnder(by *clock.Holidays) string {
	if by == c.holidays {
		return ""
	}
	return c.holidays.Version()
}

// isBehind reports whether a change of the calendars has not reached a task yet.
func (c *change) isBehind(t store.TaskDates) bool {
	return t.Version != c.holidays.Version() && t.KeptUnder != c.holidays.Version()
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
		if _, err := c.moveDeadline(ctx, t, t.Days, store.CauseCalendar, uuid.Nil); err != nil {
			return err
		}
	}
	return c.moveAnswers(ctx, store.CauseCalendar, uuid.Nil)
}

// moveDeadline works out one task's dates anew, with a budget of so many days, by
// the calendar of [change.lastDay]. It returns them. An act that would have let a
// last day pass that has not is refused, for time is not taken away behind
// anybody's back [D]; the day of review of a hold is nobody's time.
func (c *change) moveDeadline(ctx context.Context, t store.TaskDates, days int, cause store.Cause, command uuid.UUID) (store.NewDates, error) {
	pauses, err := c.pauses(ctx, t.Kind)
	if err != nil {
		return store.NewDates{}, err
	}
	resized := t
	resized.Days = days
	deadline := resized.Deadline(pauses)
	due, by, err := c.lastDay(ctx, deadline, t.Version, t.KeptUnder)
	if err != nil {
		return store.NewDates{}, err
	}
	to := store.NewDates{Days: days, Unit: t.Unit, Version: by.Version(), DueOn: due, Next: t.Rung(), Awaiting: t.Awaiting, Overdue: t.Overdue, Escalated: t.Escalated}
	to.KeptUnder = c.keptUnder(by)
	if t.WasInTime && t.Missed(to.DueOn) {
		return to, nil // what was in time, as far as anybody could know, is not made late
	}
	if command != uuid.Nil && cause != store.CauseHoldReview && t.Result == "" && passed(to.DueOn, c.today) && !passed(t.DueOn, c.today) {
		return to, timeTaken(fmt.Sprintf("%s would then have been due on %s", t.Kind, to.DueOn), cause)
	}
	if to.Provisional, err = deadline.Provisional(by); err != nil {
		return to, err
	}
	if to.DaysLeft, err = deadline.Left(by, c.today.AddDays(-1)); err != nil {
		return to, err
	}
	resting := *c
	resting.holidays = by
	if t.Result == "" {
		err = resting.stepAnew(ctx, t, deadline, &to)
	} else {
		err = resting.judgeAnew(ctx, t, deadline, &to)
	}
	if err != nil {
		return to, err
	}
	if to.DueOn.IsZero() {
		to.Next.At = time.Time{} // stopped: not even a rung whose day passed before acts
	}
	next := t.Rung()
	same := to.DueOn == t.DueOn && to.Provisional == t.Provisional && to.Next.Kind == next.Kind && to.Next.No == next.No && to.Next.At.Equal(next.At) && to.Overdue == t.Overdue
	switch {
	case !same:
		return to, c.MoveTask(ctx, t, to, cause, command, c.now)
	case t.Version != to.Version || t.KeptUnder != to.KeptUnder:
		return to, c.StampCalendar(ctx, t.ID, to.Version, to.KeptUnder)
	}
	return to, nil
}

// timeTaken refuses an act by which somebody's time would have ended already.
func timeTaken(what string, cause store.Cause) *casefile.Refusal {
	next := ""
	if cause == store.CauseRelease {
		next = ": give a later day with --on, or leave it out, and what was left is left"
	}
	return casefile.Refuse(casefile.RefusedTooLate, what+", which has passed"+next)
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
		to.Overdue, to.Escalated, to.Awaiting = false, false, t.Owed
		to.Next, err = c.rules.Rung(t.Kind, d, c.holidays, casefile.Due, acted[casefile.Due])
		return err
	case t.NextRung == casefile.Escalation:
		to.Next, err = c.rules.Rung(t.Kind, d, c.holidays, casefile.Escalation, t.NextNo)
		if err != nil || t.Next == nil || to.Next.At.IsZero() || !to.Next.At.Before(*t.Next) {
			return err
		}
		waits, err := c.PutOff(ctx, t.ID)
		if waits {
			to.Next = t.Rung()
		}
		return err
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
		rule, _ := t.Kind.Rule()
		to.Next, to.Escalated, to.Awaiting = escalation, rule.OnDue == casefile.EffectEscalate, t.Owed
	}
	return err
}

// judgeAnew looks again at a task that was closed, by its new dates: an answer in
// time was not late, and what had its time taken by a hold was not missed. While
// the family's evidence is gathered such a task is opened again, with what is left.
func (c *change) judgeAnew(ctx context.Context, t store.TaskDates, d clock.Deadline, to *store.NewDates) error {
	ahead := !passed(to.DueOn, c.today)
	if !t.AttestedOn.IsZero() {
		to.Overdue = t.Missed(to.DueOn)
		return nil
	}
	if t.Result != "gap" && t.Result != "lapsed" {
		return nil
	}
	to.Overdue = !ahead && t.Missable()
	rule, _ := t.Kind.Rule()
	if !ahead || to.DueOn == t.DueOn || rule.Stage != casefile.Evidence || c.before.HasOpened(casefile.Representation) {
		return nil
	}
	if anew, err := c.AskedAnew(ctx, t.ID); err != nil || anew {
		return err // what came of that stands, whether it is open or not
	}
	acted, err := c.ActedRungs(ctx, t.ID)
	if err != nil {
		return err
	}
	if c.before.Stage == casefile.Welfare { // the stage shown is the earliest unfinished
		if err := c.ReenterStage(ctx, c.ref, casefile.Evidence, c.now); err != nil {
			return err
		}
		if err := c.ShowStage(ctx, c.ref, casefile.Evidence, c.now); err != nil {
			return err
		}
	}
	to.Reopened, to.Escalated, to.Awaiting = true, false, t.Owed
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
	by, err := c.a.holidays(ctx, c.Tx, t.Version)
	if err != nil {
		return casefile.Rung{}, err
	}
	next, err := c.rules.Next(t.Kind, t.Deadline(pauses), by, acted)
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
	task.Unit = clock.CalendarDays // some were opened with working days, before a day of review could be named
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
		return c.SeenToCalendar(ctx, c.ref)
	})
	return r, classify("move deadlines", err)
}

// moveAnswers works out anew the last days on which people may answer adverse
// material, and keeps the old ones, as it is done with the deadlines of tasks.
func (c *change) moveAnswers(ctx context.Context, cause store.Cause, command uuid.UUID) error {
	if cause != store.CauseHold && cause != store.CauseRelease && cause != store.CauseCalendar {
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
		due, by, err := c.lastDay(ctx, casefile.AnswerDeadline(x.PutOn, pauses), x.Version, x.KeptUnder)
		if err != nil {
			return err
		}
		if command != uuid.Nil && passed(due, c.today) && !passed(x.AnswerBy, c.today) {
			return timeTaken(fmt.Sprintf("the time to answer what was put on %s would then have ended on %s", x.PutOn, due), cause)
		}
		if err := c.MoveAnswer(ctx, x, due, by.Version(), c.keptUnder(by), cause, command, c.now); err != nil {
			return err
		}
	}
	return nil
}
