package backlog

import (
	"errors"
	"slices"
	"strings"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/gazetteer"
)

// The codes that the columns may hold.
var (
	sexes         = []casefile.Sex{casefile.Female, casefile.Male, casefile.SexX, casefile.SexUnknown}
	answers       = []casefile.Answer{casefile.Yes, casefile.No, casefile.Unknown}
	yesOrNo       = []casefile.Answer{casefile.Yes, casefile.No}
	lanes         = []casefile.Lane{casefile.Legacy, casefile.FastTrack}
	supports      = []casefile.Support{casefile.SupportNone, casefile.SupportSection4, casefile.SupportSection95, casefile.SupportLocalAuthority}
	claimStatuses = []casefile.ClaimStatus{
		casefile.ClaimUndecided, casefile.ClaimRefused, casefile.ClaimAppealPending,
		casefile.ClaimRightsExhausted, casefile.ClaimFurtherSubmissions,
	}
	flags = []casefile.Flag{
		casefile.FlagPublicHarm, casefile.FlagAgeDispute, casefile.FlagChildProtection, casefile.FlagSeriousIllness,
		casefile.FlagJudicialReview, casefile.FlagFurtherSubmissions, casefile.FlagRestricted,
	}
)

// oldest is the age in years above which a birth date is impossible [D].
const oldest = 120

// known says whether a value is one of a column's codes, in any letter case.
func known[T ~string](value string, codes []T) bool {
	return slices.ContainsFunc(codes, func(c T) bool { return strings.EqualFold(value, string(c)) })
}

// code returns a column's code, or the one that stands for an empty cell.
func code[T ~string](m *maker, x *row, column string, codes []T, empty T) T {
	value := x.values[column]
	if value == "" {
		return empty
	}
	for _, c := range codes {
		if strings.EqualFold(value, string(c)) {
			return c
		}
	}
	m.unknown(x, column, column, value, words(codes))
	return empty
}

// unknown is the fault of a value that is none of a column's codes.
func (m *maker) unknown(x *row, column, what, value string, codes []string) {
	last := len(codes) - 1
	m.fault(x, column, "unknown %s %s: expected %s or %s; the nearest known one is %s",
		what, quoted(value), strings.Join(codes[:last], ", "), codes[last], gazetteer.Nearest(value, codes))
}

func words[T ~string](codes []T) []string {
	s := make([]string, len(codes))
	for i, c := range codes {
		s[i] = string(c)
	}
	return s
}

// person makes a person of a row, without the number in the family.
func (m *maker) person(x *row) casefile.Person {
	v := x.values
	for _, column := range []string{"person", "relationship", "nationality"} {
		m.need(x, column, "%s is missing: every person needs one", column)
	}
	p := casefile.Person{
		Key:              v["person"],
		Relationship:     code(m, x, "relationship", casefile.Relationships, ""),
		HomeOfficeRef:    m.reference(x),
		FamilyName:       v["family_name"],
		GivenNames:       v["given_names"],
		NameKey:          NameKey(v["family_name"], v["given_names"]),
		Sex:              code(m, x, "sex", sexes, casefile.SexUnknown),
		Nationality:      m.nationality(x, "nationality"),
		BirthCountry:     m.nationality(x, "birth_country"),
		BornInScotland:   code(m, x, "born_in_scotland", answers, casefile.Unknown),
		ClaimStatus:      code(m, x, "claim_status", claimStatuses, casefile.ClaimUndecided),
		Language:         v["language"],
		Interpreter:      v["interpreter"],
		School:           v["school"],
		ResponsibleAdult: v["responsible_adult"],
		Flags:            m.flags(x),
	}
	own := casefile.No
	if p.Relationship == casefile.Principal {
		own = casefile.Yes // a family's principal made its claim
		m.need(x, "claim_date", "claim_date is missing: a principal needs one")
	}
	p.OwnClaim = code(m, x, "own_claim", yesOrNo, own) == casefile.Yes
	if p.NameKey == "" && !x.faulty["family_name"] && !x.faulty["given_names"] {
		m.fault(x, "family_name", "no name at all: expected family_name or given_names, one of the two is enough")
	}
	for _, column := range []string{"family_name", "given_names"} {
		// A lone "-" stands where a name is missing, and computes nothing.
		if name := v[column]; beginsFormula(name) && NameKey(name, "") != "" {
			m.fault(x, column, "a name that begins with %s: a spreadsheet would compute it; expected a name that begins with a letter", quoted(name[:len(name)-len(strings.TrimLeft(name, formulaSigns))]))
		}
	}
	m.dates(x, &p)
	return p
}

// need finds a required field that is empty.
func (m *maker) need(x *row, column, reason string, args ...any) {
	if x.values[column] == "" && !x.faulty[column] {
		m.fault(x, column, reason, args...)
	}
}

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
	if clock.AgeOn(p.BirthDate.Latest(), m.today) > oldest {
		m.fault(x, "date_of_birth", "impossible date: born more than %d years ago", oldest)
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
	if p.Relationship == casefile.Child && !p.BirthDate.MayBeUnder(18, m.today) {
		m.warn(x, "relationship", "a \"child\" who is an adult")
	}
}

// date reads one date, and finds one in the future.
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
		m.fault(x, column, "not a date: %v", clock.ErrDateFormat)
	case d.Earliest().After(m.today):
		m.fault(x, column, "impossible date: %s in the future", what)
	default:
		return d
	}
	return clock.PartialDate{}
}

// reference returns a person's Home Office reference, empty if it is only a
// placeholder.
func (m *maker) reference(x *row) string {
	ref := x.values["home_office_ref"]
	at, given := m.header.at["home_office_ref"]
	switch {
	case !given || x.faulty["home_office_ref"] || x.cells[at].text == "":
	case ref == "" || isPlaceholder(ref):
		m.warn(x, "home_office_ref", "a placeholder, taken as no reference")
		return ""
	case !knownShape(ref):
		m.warn(x, "home_office_ref", "a reference of no known shape, kept as it is: expected such as A1234567, A1234567/2, ABC/1234567 or 1212-0001-2345-6789")
	}
	return ref
}

// nationality returns the code of a nationality or country of birth.
func (m *maker) nationality(x *row, column string) string {
	s := x.values[column]
	if s == "" {
		return ""
	}
	n, ok := gazetteer.FindNationality(s)
	what := strings.ReplaceAll(column, "_", " ")
	switch {
	case !ok:
		m.fault(x, column, "unknown %s %s: expected an ISO 3166 code, a GOV.UK register name, a former state, Stateless or Unknown; "+
			"the nearest known one is %s", what, quoted(s), gazetteer.NearestNationality(s))
	case n.FormerState:
		m.warn(x, column, "former state: %s is kept as %s (%s)", quoted(s), n.Code, gazetteer.NationalityName(n.Code))
	case n.FormerCode:
		m.warn(x, column, "former code mapped: %s is now %s (%s)", quoted(s), n.Code, gazetteer.NationalityName(n.Code))
	}
	return n.Code
}

// flags reads the marks, parted by semicolons; each counts once.
func (m *maker) flags(x *row) []casefile.Flag {
	var got []casefile.Flag
	for s := range strings.SplitSeq(x.values["flags"], ";") {
		s = strings.TrimSpace(s)
		i := slices.IndexFunc(flags, func(f casefile.Flag) bool { return strings.EqualFold(s, string(f)) })
		switch {
		case s == "":
		case i < 0:
			m.unknown(x, "flags", "flag", s, words(flags))
		case !slices.Contains(got, flags[i]):
			got = append(got, flags[i])
		}
	}
	return got
}
