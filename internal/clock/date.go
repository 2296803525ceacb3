package clock

import (
	"cmp"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // London's rules on machines that carry no time zones
)

// london is the zone in which a deadline's day begins and ends (domain.md 6.1).
var london = mustLoad("Europe/London")

func mustLoad(zone string) *time.Location {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic("clock: " + err.Error()) // can't happen: the zone is embedded
	}
	return loc
}

// Date is a day of the calendar, without a time or a zone. It is comparable
// with == and can be a map key. The zero value is "no date": it comes before
// every other date, and arithmetic on it gives the zero value again.
type Date struct {
	year       int32
	month, day uint8
}

// NewDate returns the date of a year, month and day. Values out of range are
// normalised as [time.Date] does: 31 April becomes 1 May.
func NewDate(y int, m time.Month, d int) Date {
	return dateFrom(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

// ParseDate reads an ISO date, exactly as in "2007-03-21". It fails with
// [ErrDateFormat], or with [ErrNoSuchDate] for a date such as "2007-02-29" and
// for the year 0000.
func ParseDate(s string) (Date, error) {
	p, err := ParsePartial(s)
	if errors.Is(err, ErrDateFormat) {
		err = fmt.Errorf("%q is not a date: %w", s, dayFormat{})
	}
	if err != nil {
		return Date{}, err
	}
	d, ok := p.Full()
	if !ok {
		return Date{}, fmt.Errorf("%q is not known to the day: expected YYYY-MM-DD", s)
	}
	return d, nil
}

// DateOf returns the day that it is in London at an instant. The zero time has
// no day: it gives the zero Date.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	return dateFrom(t.In(london))
}

// InLondon gives an instant as the clocks of London show it, for people to read.
func InLondon(t time.Time) time.Time { return t.In(london) }

// dateFrom takes a time's own year, month and day, in any zone.
func dateFrom(t time.Time) Date {
	y, m, d := t.Date()
	return Date{int32(y), uint8(m), uint8(d)}
}

// utc is the day as an instant to calculate with: UTC has no clock changes, so
// that its days all have 24 hours.
func (d Date) utc() time.Time {
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, time.UTC)
}

// Year returns the year, 0 for the zero Date.
func (d Date) Year() int { return int(d.year) }

// Month returns the month, 0 for the zero Date.
func (d Date) Month() time.Month { return time.Month(d.month) }

// Day returns the day of the month, 0 for the zero Date.
func (d Date) Day() int { return int(d.day) }

// IsZero says whether this is "no date".
func (d Date) IsZero() bool { return d == Date{} }

// String returns the date in ISO form, such as "2007-03-21", and "" for the
// zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// Compare returns -1, 0 or +1 as d is before, the same as or after o.
func (d Date) Compare(o Date) int {
	return cmp.Or(cmp.Compare(d.year, o.year), cmp.Compare(d.month, o.month), cmp.Compare(d.day, o.day))
}

// Before says whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.Compare(o) < 0 }

// After says whether d is a later day than o.
func (d Date) After(o Date) bool { return d.Compare(o) > 0 }

// AddDays returns the date n days later, or earlier if n is negative.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return d
	}
	return dateFrom(d.utc().AddDate(0, 0, n))
}

// AddMonths returns the same day of the month n months later, or earlier if n
// is negative. A month that is too short gives its last day: 31 January and
// one month is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	if d.IsZero() {
		return d
	}
	first := time.Date(int(d.year), time.Month(d.month)+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return NewDate(first.Year(), first.Month(), min(int(d.day), last))
}

// AddYears returns the same day n years later, or earlier if n is negative.
// 29 February becomes 28 February in a common year. For the day on which a
// person comes of an age use [AttainsOn], where the law has it on 1 March.
func (d Date) AddYears(n int) Date { return d.AddMonths(12 * n) }

// DaysSince returns how many days d is after o; negative if it is before.
// It is 0 if either is the zero Date.
func (d Date) DaysSince(o Date) int {
	if d.IsZero() || o.IsZero() {
		return 0
	}
	return int((d.utc().Unix() - o.utc().Unix()) / (24 * 60 * 60))
}

// Weekday returns the day of the week. It means nothing for the zero Date.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// Start returns the first instant of the day in London, in UTC: 23:00 of the
// day before while British Summer Time is in force. The zero Date gives the
// zero time.
func (d Date) Start() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	t := time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, london)
	if dateFrom(t).Before(d) {
		// Midnight was left out, as on 1 December 1847, when London took up Greenwich's time.
		_, t = t.ZoneBounds()
	}
	return t.UTC()
}

// MarshalText gives the ISO form; the zero Date is empty. It never fails.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [Date.MarshalText] wrote; it refuses what
// [ParseDate] refuses, except that empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value hands the date to a database as ISO text, the zero Date as NULL.
// A time.Time would be moved to the session's zone, and so to another day.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a database's date: ISO text, NULL as the zero Date, or a time,
// of which it takes the year, month and day as given, without a change of
// zone, since drivers give a date as midnight UTC.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	case time.Time:
		*d = dateFrom(v)
		return nil
	}
	return fmt.Errorf("clock: can't read a date from a %T", src)
}

// What is wrong with a text that is not a date. A caller that must not repeat
// the text, because it may be a birth date, tells them apart with [errors.Is].
var (
	ErrDateFormat = errors.New("expected YYYY, YYYY-MM or YYYY-MM-DD")
	ErrNoSuchDate = errors.New("no such date exists")
)

// dayFormat is [ErrDateFormat] where a part of a date is not enough.
type dayFormat struct{}

func (dayFormat) Error() string        { return "expected YYYY-MM-DD" }
func (dayFormat) Is(target error) bool { return target == ErrDateFormat }
