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
// whoever must act. Calendar days need no calendar.
type Budget struct {
	Days     int        `yaml:"days" json:"days"`
	Unit     Unit       `yaml:"unit" json:"unit"`
	Calendar CalendarID `yaml:"calendar,omitempty" json:"calendar,omitempty"`
}

// Check returns an error that names what is wrong with a budget: negative days,
// an unknown unit, or working days of an unknown calendar.
func (b Budget) Check() error {
	switch {
	case b.Days < 0:
		return fmt.Errorf("a budget of %d days: expected 0 or more", b.Days)
	case b.Unit != WorkingDays && b.Unit != CalendarDays:
		return fmt.Errorf("unknown unit %q: expected %s or %s", b.Unit, WorkingDays, CalendarDays)
	case b.Unit == WorkingDays || b.Calendar != "":
		_, err := For(b.Calendar)
		return err
	}
	return nil
}

// Deadline is a budget and the day on which it began, which is not counted.
// Its dates are derived, never stored as facts of their own.
type Deadline struct {
	Began  Date
	Budget Budget
}

// Due returns the last day on which the act is in time. It fails if the budget
// does not check or the deadline has not begun.
func (d Deadline) Due() (Date, error) { return d.After(d.Budget.Days) }

// After returns the day that is so many of the budget's units after the
// deadline began, for its reminders and escalations. It fails as
// [Deadline.Due] does, and for negative days.
func (d Deadline) After(days int) (Date, error) {
	if err := d.Budget.Check(); err != nil {
		return Date{}, err
	}
	switch {
	case d.Began.IsZero():
		return Date{}, errors.New("the deadline has not begun")
	case days < 0:
		return Date{}, fmt.Errorf("%d days after the deadline began: expected 0 or more", days)
	case d.Budget.Unit == CalendarDays:
		return d.Began.AddDays(days), nil
	}
	c, err := For(d.Budget.Calendar)
	if err != nil {
		return Date{}, err
	}
	return c.AddWorkingDays(d.Began, days), nil
}

// Provisional says whether the due date depends on holidays that have not been
// published. Calendar days never do. It fails as [Deadline.Due] does.
func (d Deadline) Provisional() (bool, error) {
	due, err := d.Due()
	if err != nil || d.Budget.Unit == CalendarDays {
		return false, err
	}
	c, err := For(d.Budget.Calendar)
	if err != nil {
		return false, err
	}
	return c.Provisional(d.Began) || c.Provisional(due), nil
}

// LateAt returns the instant at which an act due on a day is late: the first
// of the next day in London, in UTC.
func LateAt(due Date) time.Time { return due.AddDays(1).Start() }
