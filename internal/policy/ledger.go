package policy

import (
	"time"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Ledger is everything that the dates of one task follow from, and the dates as they
// are shown. Nothing else decides them: an act or calendar that changes one has the
// dates worked out anew by [RuleSet.Replan].
type Ledger struct {
	Kind casefile.TaskKind
	// Deadline has the days that the rule set gave, those that were added, and the holds
	// that stop it.
	Deadline clock.Deadline
	// Shown are the dates as they stand on record.
	Shown Dates
	// Owed is the party whom the task awaited when it was opened.
	Owed casefile.Party
	// Acted counts how often each kind of rung has acted.
	Acted map[casefile.RungKind]int
	// PutOff says that the next rung waits for an item of post (C1).
	PutOff bool
	// Result is how the task was closed; empty while it is open.
	Result casefile.TaskResult
	// AnsweredOn is the day attested for the answer that closed the task; zero without one.
	AnsweredOn clock.Date
	// WasInTime says that the answer was in time by the last day that was known when it
	// came, or came while the clock was stopped.
	WasInTime bool
	// AskedAnew says that a later task asks for the same, or has asked.
	AskedAnew bool
	// EvidenceIsOpen says that the family's evidence is still gathered: a missed task of
	// that stage can be opened again.
	EvidenceIsOpen bool
}

// Dates are what is shown of a task's deadline, with the holidays that they rest on.
type Dates struct {
	// DueOn is the last day; zero while the clock is stopped.
	DueOn clock.Date
	// Provisional says that the last day rests on holidays not yet published.
	Provisional bool
	// Next is the rung that acts next. Its instant is zero while the clock is stopped.
	Next               casefile.Rung
	Awaiting           casefile.Party
	Overdue, Escalated bool
	// Version names the holidays.
	Version string
	// KeptUnder is the version in force under which a last day was kept that a change of
	// the calendars would have taken away; empty if none was.
	KeptUnder string
}

// same reports whether nobody sees a difference between two dates.
func (d Dates) same(other Dates) bool {
	return d.DueOn == other.DueOn && d.Provisional == other.Provisional && d.Overdue == other.Overdue &&
		d.Next.Kind == other.Next.Kind && d.Next.No == other.Next.No && d.Next.At.Equal(other.Next.At)
}

// Plan is what becomes of a task's dates.
type Plan struct {
	Dates
	// Moved says that somebody sees another date or mark than before; the old dates are
	// kept with the cause.
	Moved bool
	// Restamped says that the dates are the same by another version of the holidays.
	Restamped bool
	// Reopened says that the task is open again, with what is left.
	Reopened bool
	// DaysLeft are the days of the budget that are left after yesterday.
	DaysLeft int
}

// Calendars are the holidays in force, and those that a deadline was shown with; nil
// if it was never shown.
type Calendars struct {
	InForce, Shown *clock.Holidays
}

// IsBehind reports whether a change of the calendars has not reached the dates yet.
func (d Dates) IsBehind(inForce *clock.Holidays) bool {
	return d.Version != inForce.Version() && d.KeptUnder != inForce.Version()
}

// Day is a deadline's last day by one version of the holidays.
type Day struct {
	// On is zero while the clock is stopped.
	On clock.Date
	// Provisional says that the day rests on holidays not yet published.
	Provisional bool
	By          *clock.Holidays
	// KeptUnder is the version in force, if the day is kept by another one.
	KeptUnder string
}

// Passed reports whether the last day is over. A stopped clock has none that could be.
func (d Day) Passed(today clock.Date) bool { return passed(d.On, today) }

func passed(due, today clock.Date) bool { return !due.IsZero() && due.Before(today) }

// DayBy works out a deadline's last day by a version of the holidays.
func DayBy(d clock.Deadline, h *clock.Holidays) (Day, error) {
	day := Day{By: h}
	var err error
	if day.On, err = d.Due(h); err != nil {
		return day, err
	}
	day.Provisional, err = d.Provisional(h)
	return day, err
}

// LastDay works out a deadline's last day. Normally the calendars in force decide.
// Exception: if they would make the deadline already past while the calendars that it
// was shown with give a later day, the later day is kept, until the calendars change
// again. A removed holiday never shortens time that somebody relied on [D].
//
// A stopped deadline compares as later than any date. If both calendars leave it
// stopped, it keeps the one that it was shown with. keptUnder is the version in force
// under which the day was kept before, empty if none.
func LastDay(d clock.Deadline, by Calendars, keptUnder string, today clock.Date) (Day, error) {
	inForce, err := DayBy(d, by.InForce)
	if err != nil || by.Shown == nil || by.Shown.Version() == by.InForce.Version() {
		return inForce, err
	}
	if keptUnder != by.InForce.Version() && !inForce.Passed(today) {
		return inForce, nil
	}
	shown, err := DayBy(d, by.Shown)
	if err != nil {
		return shown, err
	}
	if shown.On.IsZero() || (!inForce.On.IsZero() && shown.On.After(inForce.On)) {
		shown.KeptUnder = by.InForce.Version()
		return shown, nil
	}
	return inForce, nil
}

// Replan works out the dates of a task from its ledger. The same ledger at the same
// instant gives the same plan, and a plan that is carried out gives itself again.
func (s *RuleSet) Replan(l Ledger, by Calendars, now time.Time) (Plan, error) {
	today := clock.DateOf(now)
	plan := Plan{Dates: l.Shown}
	day, err := LastDay(l.Deadline, by, l.Shown.KeptUnder, today)
	if err != nil {
		return plan, err
	}
	if l.WasInTime && l.missed(day.On) {
		return plan, nil // what was in time, as far as anybody could know, is not made late
	}
	plan.DueOn, plan.Provisional, plan.Version, plan.KeptUnder = day.On, day.Provisional, day.By.Version(), day.KeptUnder
	if plan.DaysLeft, err = l.Deadline.Left(day.By, today.AddDays(-1)); err != nil {
		return plan, err
	}
	if l.Result == "" {
		err = s.stepAnew(l, &plan, day.By, now)
	} else {
		err = s.judgeAnew(l, &plan, day.By, today)
	}
	if err != nil {
		return plan, err
	}
	if plan.DueOn.IsZero() {
		plan.Next.At = time.Time{} // stopped: not even a rung whose day passed before acts
	}
	plan.Moved = !plan.same(l.Shown)
	plan.Restamped = !plan.Moved && (plan.Version != l.Shown.Version || plan.KeptUnder != l.Shown.KeptUnder)
	return plan, nil
}

// TakesTime reports whether the plan lets a last day pass that has not passed as it is
// shown. An act that would do so is refused, for time is not taken away behind
// anybody's back [D].
func (p Plan) TakesTime(l Ledger, today clock.Date) bool {
	return l.Result == "" && passed(p.DueOn, today) && !passed(l.Shown.DueOn, today)
}

// missed reports whether the answer came after a last day.
func (l Ledger) missed(due clock.Date) bool {
	return l.Kind.CanBeMissed() && !due.IsZero() && due.Before(l.AnsweredOn)
}

// stepAnew says which rung of an open task acts next by its new dates. A reminder
// that has acted is not sent again. What acted because a day had passed that now lies
// ahead is taken back, and acts again when the new day has passed.
func (s *RuleSet) stepAnew(l Ledger, plan *Plan, by *clock.Holidays, now time.Time) (err error) {
	shown := l.Shown
	rung := func(kind casefile.RungKind, no int) (casefile.Rung, error) {
		return s.Rung(l.Kind, l.Deadline, by, kind, no)
	}
	switch next := shown.Next; {
	case next.Kind == casefile.Reminder:
		plan.Next, err = rung(casefile.Reminder, next.No)
	case next.Kind == casefile.Due && plan.DueOn == shown.DueOn && !next.At.IsZero():
		// It may have been put off, for an item of post that is waited for (C1).
	case next.Kind == casefile.Due:
		plan.Next, err = rung(casefile.Due, next.No)
	case !passed(plan.DueOn, clock.DateOf(now)):
		plan.Overdue, plan.Escalated, plan.Awaiting = false, false, l.Owed
		plan.Next, err = rung(casefile.Due, l.Acted[casefile.Due])
	case next.Kind == casefile.Escalation:
		plan.Next, err = rung(casefile.Escalation, next.No)
		earlier := !next.At.IsZero() && !plan.Next.At.IsZero() && plan.Next.At.Before(next.At)
		if err == nil && earlier && l.PutOff {
			plan.Next = next
		}
	case next.Kind == casefile.Diary && s.Escalates(l.Kind):
		escalation, err := rung(casefile.Escalation, l.Acted[casefile.Escalation])
		if err != nil || (!escalation.At.IsZero() && !escalation.At.After(now)) {
			return err // it was escalated, and rightly
		}
		rule, _ := l.Kind.Rule()
		plan.Next, plan.Escalated, plan.Awaiting = escalation, rule.OnDue == casefile.EffectEscalate, l.Owed
	}
	return err
}

// judgeAnew looks again at a task that was closed, by its new dates: an answer in time
// was not late, and what had its time taken by a hold was not missed. While the
// family's evidence is gathered such a task is opened again, with what is left.
func (s *RuleSet) judgeAnew(l Ledger, plan *Plan, by *clock.Holidays, today clock.Date) (err error) {
	if !l.AnsweredOn.IsZero() {
		plan.Overdue = l.missed(plan.DueOn)
		return nil
	}
	if !l.Result.TimePassed() {
		return nil
	}
	ahead := !passed(plan.DueOn, today)
	plan.Overdue = !ahead && l.Kind.CanBeMissed()
	rule, _ := l.Kind.Rule()
	if !ahead || plan.DueOn == l.Shown.DueOn || rule.Stage != casefile.Evidence || !l.EvidenceIsOpen || l.AskedAnew {
		return nil
	}
	plan.Reopened, plan.Escalated, plan.Awaiting = true, false, l.Owed
	plan.Next, err = s.Rung(l.Kind, l.Deadline, by, casefile.Due, l.Acted[casefile.Due])
	return err
}

// Following is the rung that follows one that has just acted, numbered after those of
// its kind that have acted before. by are the holidays that the task is shown with.
func (s *RuleSet) Following(l Ledger, acted casefile.Rung, by *clock.Holidays) (casefile.Rung, error) {
	next, err := s.Next(l.Kind, l.Deadline, by, acted)
	if err != nil || acted.No == 0 || acted.Kind == casefile.Diary {
		return next, err
	}
	next.No = l.Acted[next.Kind]
	if next.Kind == casefile.Diary {
		next.No++
	}
	return next, nil
}

// LengthenedBy is how many days a deadline must have in all, so that as much of them is
// left on a day as was left on an earlier one. What had passed then stays passed.
func LengthenedBy(d clock.Deadline, by *clock.Holidays, from, today clock.Date) (int, error) {
	then, err := d.Used(by, from.AddDays(-1))
	if err != nil || then >= d.Total() {
		return d.Budget.Days, err
	}
	now, err := d.Used(by, today.AddDays(-1))
	return d.Budget.Days + max(now-then, 0), err
}

// UntilAtLeast is how many days a deadline must have in all, so that its last day is not
// before one that was shown.
func UntilAtLeast(d clock.Deadline, by *clock.Holidays, shown clock.Date) (int, error) {
	for ; ; d.Budget.Days++ {
		due, err := d.Due(by)
		if err != nil || due.IsZero() || !due.Before(shown) {
			return d.Budget.Days, err
		}
	}
}
