package backlog

import (
	"errors"
	"regexp"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// oldest is how many years ago a date of a living person, or of a claim, may be [D].
const oldest = 120

// defaults are the days within a life that programs write where no date is known: the
// first second of Unix's time, in London and west of it. Those of other programs (0001,
// 1601, 1753, 1899, 1900, 1904, 9999) are impossible dates anyway.
var defaults = []clock.Date{clock.NewDate(1970, 1, 1), clock.NewDate(1969, 12, 31)}

// spreadsheetDay is the number by which a spreadsheet counts a day, such as 43525.
var spreadsheetDay = regexp.MustCompile(`^[1-9][0-9]{4}([.,][0-9]+)?$`)

// withTime is a date with a time of day behind it.
var withTime = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{1,2}:`)

// dates reads a person's dates and finds those that can't be true. A partial
// date is at fault only if no day that it allows could be.
func (m *maker) dates(x *row, p *casefile.Person) {
	p.BirthDate = m.date(x, "date_of_birth", "born")
	p.ArrivedOn = m.date(x, "arrived_on", "arrived")
	p.ClaimDate = m.date(x, "claim_date", "claim")
	p.ClaimStatusOn = m.date(x, "claim_status_on", "claim status")
	p.LastInterviewOn = m.date(x, "last_interview_on", "interview")
	if p.BirthDate.IsZero() {
		if x.values["date_of_birth"] == "" && !x.faulty["date_of_birth"] {
			m.warn(x, "date_of_birth", "unknown birth date")
		}
		return
	}
	for _, d := range []struct {
		column, what string
		date         clock.PartialDate
	}{
		{"arrived_on", "arrived", p.ArrivedOn},
		{"claim_date", "claim", p.ClaimDate},
		{"claim_status_on", "claim status", p.ClaimStatusOn},
		{"last_interview_on", "interview", p.LastInterviewOn},
	} {
		if !d.date.IsZero() && d.date.Latest().Before(p.BirthDate.Earliest()) {
			m.fault(x, d.column, "impossible date: %s before birth", d.what)
		}
	}
}

// date reads one date, and finds one that can't be true: in the future, more than 120
// years ago, or a program's default.
func (m *maker) date(x *row, column, what string) clock.PartialDate {
	text := x.values[column]
	if text == "" {
		return clock.PartialDate{}
	}
	d, err := clock.ParsePartial(text)
	switch {
	case errors.Is(err, clock.ErrNoSuchDate):
		m.fault(x, column, "impossible date: no such date exists")
	case err != nil:
		m.fault(x, column, "not a date: %v%s", clock.ErrDateFormat, hint(text))
	case d.Earliest().After(m.today):
		m.fault(x, column, "impossible date: %s in the future", what)
	case clock.AgeOn(d.Latest(), m.today) > oldest:
		m.fault(x, column, "impossible date: %s more than %d years ago", what, oldest)
	case m.isDefault(d):
		m.defaultDate(x, column)
	default:
		return d
	}
	return clock.PartialDate{}
}

// hint says what a text is that is no date, where that can be told.
func hint(text string) string {
	switch {
	case spreadsheetDay.MatchString(text):
		return "; this is a spreadsheet's number of a day: format the column as a date of that form, and export it again"
	case withTime.MatchString(text):
		return "; leave the time of day off"
	}
	return ""
}

// isDefault reports whether a date is one that programs write where none is known. An
// officer who types it means it.
func (m *maker) isDefault(d clock.PartialDate) bool {
	day, whole := d.Full()
	return whole && !m.attested && slices.Contains(defaults, day)
}

// defaultDate takes a program's default as no date, so that no rule counts from it. A
// principal must have a claim date.
func (m *maker) defaultDate(x *row, column string) {
	const what = "a program's default (such as 1970-01-01), which stands where no date is known"
	if column == "claim_date" && known(x.values["relationship"], []casefile.Relationship{casefile.Principal}) {
		m.fault(x, column, "%s: a principal needs the date of its claim", what)
		return
	}
	m.warn(x, column, "%s: taken as unknown; if it is true, correct it on the case", what)
}
