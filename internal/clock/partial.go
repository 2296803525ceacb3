package clock

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// PartialDate is a date of which only the year, or the year and month, may be
// known, as in many birth dates on file. It is comparable with ==. The zero
// value is an unknown date.
type PartialDate struct {
	year       int32
	month, day uint8
}

// Partial returns a date that is known to the day.
func Partial(d Date) PartialDate { return PartialDate(d) }

// ParsePartial reads "1998", "1998-03" or "1998-03-05", exactly. It fails with
// [ErrDateFormat], also for empty text (what is unknown is left out, not
// parsed), or with [ErrNoSuchDate] for a date that does not exist and for the
// year 0000.
func ParsePartial(s string) (PartialDate, error) {
	var p PartialDate
	y, m, d := 0, 1, 1
	ok := false
	switch len(s) {
	case 4:
		y, ok = digits(s)
	case 7:
		if s[4] == '-' {
			if y, ok = digits(s[:4]); ok {
				m, ok = digits(s[5:])
			}
		}
	case 10:
		if s[4] == '-' && s[7] == '-' {
			if y, ok = digits(s[:4]); ok {
				if m, ok = digits(s[5:7]); ok {
					d, ok = digits(s[8:])
				}
			}
		}
	}
	if !ok {
		return p, fmt.Errorf("%q is not a date: %w", s, ErrDateFormat)
	}
	if y == 0 || m < 1 || m > 12 || d < 1 || NewDate(y, time.Month(m), d).Day() != d {
		return p, fmt.Errorf("%q: %w", s, ErrNoSuchDate)
	}
	p.year = int32(y)
	if len(s) > 4 {
		p.month = uint8(m)
	}
	if len(s) > 7 {
		p.day = uint8(d)
	}
	return p, nil
}

// AsFarAsKnown reads a recorded date like [ParsePartial]; what can't be read is unknown.
func AsFarAsKnown(recorded string) PartialDate {
	p, err := ParsePartial(recorded)
	if err != nil {
		return PartialDate{}
	}
	return p
}

// digits reads a short run of decimal digits and nothing else, so that "+199"
// and " 998" are no years.
func digits(s string) (int, bool) {
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// IsZero says whether nothing is known of the date.
func (p PartialDate) IsZero() bool { return p == PartialDate{} }

// Year returns the year, 0 if the date is unknown.
func (p PartialDate) Year() int { return int(p.year) }

// Full returns the date and true if it is known to the day.
func (p PartialDate) Full() (Date, bool) {
	if p.day == 0 {
		return Date{}, false
	}
	return Date(p), true
}

// Earliest returns the first day that the record allows, and the zero Date if
// the date is unknown.
func (p PartialDate) Earliest() Date {
	if p.IsZero() {
		return Date{}
	}
	return NewDate(int(p.year), time.Month(max(p.month, 1)), int(max(p.day, 1)))
}

// Latest returns the last day that the record allows, and the zero Date if the
// date is unknown.
func (p PartialDate) Latest() Date {
	switch {
	case p.IsZero():
		return Date{}
	case p.month == 0:
		return NewDate(int(p.year), time.December, 31)
	case p.day == 0:
		return NewDate(int(p.year), time.Month(p.month)+1, 0)
	}
	return Date(p)
}

// String returns the date as far as it is known: "1998", "1998-03",
// "1998-03-05", or "" if it is unknown.
func (p PartialDate) String() string {
	switch {
	case p.IsZero():
		return ""
	case p.month == 0:
		return fmt.Sprintf("%04d", p.year)
	case p.day == 0:
		return fmt.Sprintf("%04d-%02d", p.year, p.month)
	}
	return Date(p).String()
}

// MarshalText gives what [PartialDate.String] gives. It never fails.
func (p PartialDate) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what [PartialDate.MarshalText] wrote; it refuses what
// [ParsePartial] refuses, except that empty text is an unknown date.
func (p *PartialDate) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = PartialDate{}
		return nil
	}
	parsed, err := ParsePartial(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}

// Value hands the date to a database as text, an unknown date as NULL.
func (p PartialDate) Value() (driver.Value, error) {
	if p.IsZero() {
		return nil, nil
	}
	return p.String(), nil
}

// Scan reads what [PartialDate.Value] wrote: text, or NULL as an unknown date.
func (p *PartialDate) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*p = PartialDate{}
		return nil
	case string:
		return p.UnmarshalText([]byte(v))
	case []byte:
		return p.UnmarshalText(v)
	}
	return fmt.Errorf("clock: can't read a partial date from a %T", src)
}

// AgeOn returns the age in whole years, on a day, of a person born on a day.
// It is negative before the birth. A person born on 29 February comes of an
// age on 1 March of a common year (Age of Legal Capacity (Scotland) Act 1991,
// s.6). It is 0 if either date is the zero Date.
func AgeOn(birth, on Date) int {
	if birth.IsZero() || on.IsZero() {
		return 0
	}
	age := on.Year() - birth.Year()
	if on.month < birth.month || on.month == birth.month && on.day < birth.day {
		age--
	}
	return age
}

// AttainsOn returns the day on which a person born on a day comes of an age in
// years; as in [AgeOn], 29 February counts as 1 March in a common year. It is
// the zero Date for the zero Date.
func AttainsOn(birth Date, age int) Date {
	if birth.IsZero() {
		return birth
	}
	return NewDate(birth.Year()+age, birth.Month(), birth.Day())
}

// MayBeUnder says whether a person with this birth date can be younger than an
// age, in years, on a day: by the latest birth date that the record allows. An
// unknown birth date may be anything, so it is true.
func (p PartialDate) MayBeUnder(age int, on Date) bool {
	return p.IsZero() || AgeOn(p.Latest(), on) < age
}

// MayBeAtLeast says whether a person with this birth date can have reached an
// age, in years, on a day: by the earliest birth date that the record allows.
// An unknown birth date may be anything, so it is true.
func (p PartialDate) MayBeAtLeast(age int, on Date) bool {
	return p.IsZero() || AgeOn(p.Earliest(), on) >= age
}
