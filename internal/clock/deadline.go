package clock

import (
	"errors"
	"fmt"
	"time"
)

// Unit is what a budget counts.
type Unit string

// The units: working days of a calendar, or every day.
const (
	WorkingDays  Unit = "working"
	CalendarDays Unit = "calendar"
)

// Budget is how long somebody has: so many days of a unit, by the calendar of
// those who must act. Calendar days need no calendar.
type Budget struct {
	Days     int        `yaml:"days" json:"days"`
	Unit     Unit       `yaml:"unit" json:"unit"`
	Calendar CalendarID `yaml:"calendar,omitempty" json:"calendar,omitempty"`
}

// longestBudget is ten years of days: more is a slip of the hand [D].
const longestBudget = 3660

// Check returns an error that names what is wrong with a budget: negative days or
// more than ten years of them, an unknown unit, or working days of an unknown calendar.
func (b Budget) Check() error {
	switch {
	case b.Days < 0 || b.Days > longestBudget:
		return fmt.Errorf("a budget of %d days: expected 0 to %d", b.Days, longestBudget)
	case b.Unit != WorkingDays && b.Unit != CalendarDays:
		return fmt.Errorf("unknown unit %q: expected %s or %s", b.Unit, WorkingDays, CalendarDays)
	case b.Unit == WorkingDays || b.Calendar != "":
		return b.Calendar.Check()
	}
	return nil
}

// Pause is a span of days that a deadline does not count, both its first and its
// last day among them. Until is zero while the pause has no end.
type Pause struct {
	From  Date `json:"from"`
	Until Date `json:"until,omitzero"`
}

// Has says whether a day is of the pause.
func (p Pause) Has(d Date) bool {
	return !d.Before(p.From) && (p.Until.IsZero() || !d.After(p.Until))
}

// Deadline is a budget on a calendar with a ledger: when it began, what was added
// to it, and when it stood still. Its dates are derived from these, and never
// facts of their own (process.md, Deadlines).
//
// The rules, each stated here and nowhere else:
//
//   - The day of the trigger, on which the deadline began, is not counted
//     (domain.md 6.1): the first day counted is the one after it.
//   - A day is counted if it is a working day of the calendar, or with calendar
//     days whatever it is, and lies in no pause.
//   - The deadline is due at the end of the day on which the whole budget, with
//     what was added to it, has been counted: at midnight in London, whichever
//     clock is in force there. The first instant of the next day is late
//     ([LateAt]). A calendar-day deadline that ends on a holiday is not moved.
//   - A pause takes out the day on which it begins, for the day is not whole, and
//     the day on which it ends, for that is the trigger of what is left [D]. What
//     was left when it began is left when it ends, to the day. So a pause that
//     begins on the last day still stops the deadline; one that begins after it
//     changes nothing.
//   - Pauses are a set of days: several at once, for several reasons, take out
//     each day once, in whatever order they were recorded, also if they were
//     recorded later than they began.
//   - A budget of no days is due on the day on which it began, whatever stood still.
//   - While a pause has no end, a clock that it stops has no date, and a made-up one
//     is never shown.
//   - An extension adds days of the budget's own unit. Withdrawn, it leaves the
//     deadline as if it had never been given.
type Deadline struct {
	Began    Date
	Budget   Budget
	Extended int // days added to the budget, in its unit
	Pauses   []Pause
}

// Total returns the budget's days with what was added to them.
func (d Deadline) Total() int { return d.Budget.Days + d.Extended }

// Due returns the last day on which the act is in time, and the zero Date while
// an open pause keeps it from having one. It fails if the budget does not check,
// the deadline has not begun or a pause has no first day.
func (d Deadline) Due(h *Holidays) (Date, error) { return d.After(h, d.Total()) }

// After returns the day on which so many days have been counted, for reminders
// and escalations; the zero Date if an open pause stops the deadline before. It
// fails as [Deadline.Due] does, and for negative days.
func (d Deadline) After(h *Holidays, days int) (Date, error) {
	counts, err := d.counts(h)
	if err != nil {
		return Date{}, err
	}
	if days < 0 {
		return Date{}, fmt.Errorf("%d days after the deadline began: expected 0 or more", days)
	}
	stops := d.stops()
	day := d.Began
	for days > 0 {
		day = day.AddDays(1)
		if !stops.IsZero() && !day.Before(stops) {
			return Date{}, nil
		}
		if counts(day) {
			days--
		}
	}
	return day, nil
}

// Used returns how many days have been counted up to the end of a day. It fails
// as [Deadline.Due] does.
func (d Deadline) Used(h *Holidays, until Date) (int, error) {
	counts, err := d.counts(h)
	if err != nil {
		return 0, err
	}
	used := 0
	for day := d.Began.AddDays(1); !day.After(until); day = day.AddDays(1) {
		if counts(day) {
			used++
		}
	}
	return used, nil
}

// Left returns how many days of the budget are left at the end of a day: 0 from
// the due day on. It fails as [Deadline.Due] does.
func (d Deadline) Left(h *Holidays, at Date) (int, error) {
	used, err := d.Used(h, at)
	return max(d.Total()-used, 0), err
}

// counts returns the predicate of the days that count.
func (d Deadline) counts(h *Holidays) (func(Date) bool, error) {
	if err := d.Budget.Check(); err != nil {
		return nil, err
	}
	if d.Began.IsZero() {
		return nil, errors.New("the deadline has not begun")
	}
	for _, p := range d.Pauses {
		if p.From.IsZero() {
			return nil, errors.New("a pause has no first day") // it would stop every day there is
		}
	}
	every := func(Date) bool { return true }
	if d.Budget.Unit == WorkingDays {
		c, err := h.Calendar(d.Budget.Calendar)
		if err != nil {
			return nil, err
		}
		every = c.IsWorkingDay
	}
	if len(d.Pauses) == 0 {
		return every, nil
	}
	return func(day Date) bool {
		for _, p := range d.Pauses {
			if p.Has(day) {
				return false
			}
		}
		return every(day)
	}, nil
}

// stops is the first day of the open pauses, from which nothing is counted any
// more, or the zero Date.
func (d Deadline) stops() Date {
	var first Date
	for _, p := range d.Pauses {
		if p.Until.IsZero() && (first.IsZero() || p.From.Before(first)) {
			first = p.From
		}
	}
	return first
}

// Provisional says whether the due date depends on holidays that have not been
// published. Calendar days never do, and what has no date does not. It fails as
// [Deadline.Due] does.
func (d Deadline) Provisional(h *Holidays) (bool, error) {
	due, err := d.Due(h)
	if err != nil || due.IsZero() || d.Budget.Unit == CalendarDays {
		return false, err
	}
	c, err := h.Calendar(d.Budget.Calendar)
	if err != nil {
		return false, err
	}
	return c.Provisional(d.Began) || c.Provisional(due), nil
}

// LateAt returns the instant at which an act due on a day is late: the first
// of the next day in London, in UTC.
func LateAt(due Date) time.Time { return due.AddDays(1).Start() }

// DeemedReceipt is the day on which a letter that was posted on a day counts as
// received: the second working day after it, by the calendar given (domain.md
// 6.1). A rule set says whether it deems.
func (c *Calendar) DeemedReceipt(posted Date) Date { return c.AddWorkingDays(posted, 2) }
