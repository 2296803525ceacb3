package clock

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rickar/cal/v2"
)

// CalendarID names a working-day calendar. The calendar of a deadline belongs
// to those who must act. A council's is Scotland's with the council's GSS code
// behind a slash, as in "scotland/S12000049": its local days are laid over it.
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

var councilCode = regexp.MustCompile(`^S12[0-9]{6}$`)

// Base returns the calendar without a council's local days.
func (id CalendarID) Base() CalendarID {
	base, _, _ := strings.Cut(string(id), "/")
	return CalendarID(base)
}

// Council returns the GSS code of the council whose local days are laid over
// the calendar, empty if there is none.
func (id CalendarID) Council() string {
	_, council, _ := strings.Cut(string(id), "/")
	return council
}

// KeptBy returns the calendar as a council keeps it. England and Wales's is no
// council's of Hame, and stays what it is.
func (id CalendarID) KeptBy(council string) CalendarID {
	if id.Base() == EnglandAndWales || council == "" {
		return id
	}
	return id.Base() + CalendarID("/"+council)
}

// Check returns an error that says which calendars there are, if this is none.
func (id CalendarID) Check() error {
	_, known := rulesOf[id.Base()]
	council := id.Council()
	if !known || (strings.Contains(string(id), "/") &&
		(id.Base() == EnglandAndWales || !councilCode.MatchString(council))) {
		return fmt.Errorf("unknown calendar %q: expected %s, %s or %s, the Scottish ones also with a council's code as in %s", string(id), EnglandAndWales, Scotland, ScotlandSchools, Scotland.KeptBy("S12000049"))
	}
	return nil
}

// divisions lists whose published days a calendar keeps: the nation's first, and
// then the council's.
func (id CalendarID) divisions() []Division {
	nation := DivisionScotland
	if id.Base() == EnglandAndWales {
		nation = DivisionEnglandAndWales
	}
	if council := id.Council(); council != "" {
		return []Division{nation, Division(council)}
	}
	return []Division{nation}
}

// rulesOf has the yearly rules of each base calendar.
var rulesOf = map[CalendarID][]*cal.Holiday{
	EnglandAndWales: rulesEnglandAndWales,
	Scotland:        rulesScotland,
	ScotlandSchools: rulesScotland,
}

// Calendar says which days are working days, by one version of the published
// holidays. Years that are not published are computed from the yearly rules, so
// a one-off holiday there is missing, and days there are provisional. It is safe
// for concurrent use, and quick: each year is worked out once.
type Calendar struct {
	id      CalendarID
	version string
	given   map[int][]Date // the nation's published days by year
	local   map[int][]Date // a council's
	rules   []*cal.Holiday // for the years that are not given
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

// ID returns the calendar's own id.
func (c *Calendar) ID() CalendarID { return c.id }

// Version names the version of the published holidays that the calendar uses.
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
	days = slices.Concat(days, c.local[y])
	if c.closed != nil {
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
// not known here. A council's local days make no year published.
func (c *Calendar) Provisional(d Date) bool {
	if d.IsZero() {
		return false
	}
	_, ok := c.given[d.Year()]
	return !ok
}
