package clock

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/rickar/cal/v2"
)

// CalendarID names a working-day calendar. The calendar of a deadline belongs
// to whoever must act.
type CalendarID string

// The calendars (domain.md 6.1). Saturdays and Sundays are working days in none.
const (
	// EnglandAndWales is the Home Office's: England and Wales's bank holidays.
	EnglandAndWales CalendarID = "england-and-wales"
	// Scotland is that of Scottish public bodies, ministers and councils:
	// Scotland's bank holidays, with 2 January, the first Monday of August and
	// St Andrew's Day, without Easter Monday.
	Scotland CalendarID = "scotland"
	// ScotlandSchools is Scotland's without the summer holiday, 1 July to 15
	// August, in which no school answers [D]. Councils set their own terms, and
	// the shorter school holidays are left out: they differ by council and year.
	ScotlandSchools CalendarID = "scotland-schools"
)

// Calendar says which days are working days. The published holidays of 2019 to
// 2028 are used as they are; those of other years are computed from the yearly
// rules, so a one-off holiday there is missing, and days there are provisional.
// It is safe for concurrent use, and quick: each year is worked out once.
type Calendar struct {
	id      CalendarID
	version string
	given   map[int][]Date // the published days by year
	rules   []*cal.Holiday // for the other years
	closed  []monthDay     // the first and last day of a yearly closed span; nil if none
	years   sync.Map       // int to *closedDays
}

// monthDay is a day of any year.
type monthDay struct {
	month time.Month
	day   int
}

// closedDays has a bit for each day of a year, by its number in the year,
// that is a holiday. Weekends are not in it.
type closedDays [6]uint64

// calendars holds the one instance of each, so that its years are worked out
// once in a program.
var calendars = map[CalendarID]*Calendar{
	EnglandAndWales: newCalendar(EnglandAndWales, EnglandAndWales, rulesEnglandAndWales),
	Scotland:        newCalendar(Scotland, Scotland, rulesScotland),
	ScotlandSchools: newCalendar(ScotlandSchools, Scotland, rulesScotland,
		monthDay{time.July, 1}, monthDay{time.August, 15}),
}

func newCalendar(id, division CalendarID, rules []*cal.Holiday, closed ...monthDay) *Calendar {
	return &Calendar{id: id, version: published.version, given: published.days[division], rules: rules, closed: closed}
}

// For returns the calendar of an id, always the same one. It fails only for an
// id that is none of the constants.
func For(id CalendarID) (*Calendar, error) {
	c, ok := calendars[id]
	if !ok {
		return nil, fmt.Errorf("unknown calendar %q: expected %s, %s or %s", id, EnglandAndWales, Scotland, ScotlandSchools)
	}
	return c, nil
}

// ID returns the calendar's own id.
func (c *Calendar) ID() CalendarID { return c.id }

// Version names the published holiday file that the calendar uses.
func (c *Calendar) Version() string { return c.version }

// IsWorkingDay says whether a day is neither on a weekend nor a holiday. The
// zero Date is no working day.
func (c *Calendar) IsWorkingDay(d Date) bool {
	if d.IsZero() {
		return false
	}
	t := d.utc()
	if day := t.Weekday(); day == time.Saturday || day == time.Sunday {
		return false
	}
	n := t.YearDay() - 1
	return c.year(d.Year())[n/64]&(1<<(n%64)) == 0
}

// year returns the closed days of a year, and works them out at its first use.
func (c *Calendar) year(y int) *closedDays {
	if known, ok := c.years.Load(y); ok {
		return known.(*closedDays)
	}
	days, ok := c.given[y]
	if !ok {
		days = byRules(c.rules, y)
	}
	if c.closed != nil {
		days = slices.Clone(days) // the published list is shared
		last := NewDate(y, c.closed[1].month, c.closed[1].day)
		for d := NewDate(y, c.closed[0].month, c.closed[0].day); !d.After(last); d = d.AddDays(1) {
			days = append(days, d)
		}
	}
	closed := new(closedDays)
	for _, d := range days {
		n := d.utc().YearDay() - 1
		closed[n/64] |= 1 << (n % 64)
	}
	known, _ := c.years.LoadOrStore(y, closed)
	return known.(*closedDays)
}

// AddWorkingDays returns the nth working day after d; d itself is not counted,
// as the day of sending is not. n = 0 gives d itself, also if it is a holiday;
// a negative n counts back. The zero Date gives the zero Date.
func (c *Calendar) AddWorkingDays(d Date, n int) Date {
	if d.IsZero() {
		return d
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d = d.AddDays(step)
		if c.IsWorkingDay(d) {
			n--
		}
	}
	return d
}

// NextWorkingDay returns d if it is a working day, else the first one after
// it. The zero Date gives the zero Date.
func (c *Calendar) NextWorkingDay(d Date) Date {
	for !d.IsZero() && !c.IsWorkingDay(d) {
		d = d.AddDays(1)
	}
	return d
}

// Provisional says whether the holidays of a day's year have not been
// published, so that a date that depends on them may still change. Years
// before the published ones are provisional too: their one-off holidays are
// not known here.
func (c *Calendar) Provisional(d Date) bool {
	if d.IsZero() {
		return false
	}
	_, ok := c.given[d.Year()]
	return !ok
}
