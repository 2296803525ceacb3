package backlog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hame/internal/casefile"
	"hame/internal/gazetteer"
)

// The codes that the columns may hold.
var (
	sexes    = []casefile.Sex{casefile.Female, casefile.Male, casefile.SexX, casefile.SexUnknown}
	answers  = []casefile.Answer{casefile.Yes, casefile.No, casefile.Unknown}
	yesOrNo  = []casefile.Answer{casefile.Yes, casefile.No}
	lanes    = []casefile.Lane{casefile.Legacy, casefile.FastTrack}
	supports = []casefile.Support{
		casefile.SupportNone, casefile.SupportSection4, casefile.SupportSection95, casefile.SupportLocalAuthority,
	}
	claimStatuses = []casefile.ClaimStatus{
		casefile.ClaimUndecided, casefile.ClaimRefused, casefile.ClaimAppealPending,
		casefile.ClaimRightsExhausted, casefile.ClaimFurtherSubmissions,
	}
	flags = []casefile.Flag{
		casefile.FlagPublicHarm, casefile.FlagAgeDispute, casefile.FlagChildProtection, casefile.FlagSeriousIllness,
		casefile.FlagJudicialReview, casefile.FlagFurtherSubmissions, casefile.FlagRestricted,
	}
)

// known says whether a value is one of a column's codes, in any letter case.
func known[T ~string](value string, list []T) bool {
	return slices.ContainsFunc(list, func(c T) bool { return strings.EqualFold(value, string(c)) })
}

// code returns a column's code, or the one that stands for an empty cell.
func code[T ~string](m *maker, x *row, column string, list []T, empty T) T {
	value := x.values[column]
	if value == "" {
		return empty
	}
	for _, c := range list {
		if strings.EqualFold(value, string(c)) {
			return c
		}
	}
	m.unknown(x, column, column, value, codes(list))
	return empty
}

// unknown is the fault of a value that is none of a column's codes.
func (m *maker) unknown(x *row, column, what, value string, list []string) {
	last := len(list) - 1
	near := ""
	if nearest, ok := gazetteer.Nearest(value, list); ok {
		near = "; the nearest known one is " + nearest
	}
	m.fault(x, column, "unknown %s %s: expected %s or %s%s",
		what, quoted(value), strings.Join(list[:last], ", "), list[last], near)
}

// codes are a column's codes as text.
func codes[T ~string](list []T) []string {
	s := make([]string, len(list))
	for i, c := range list {
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
	m.nameless(x, p)
	for _, column := range []string{"family_name", "given_names"} {
		// A lone "-" stands where a name is missing, and computes nothing.
		if name := v[column]; beginsFormula(name) && NameKey(name, "") != "" {
			m.fault(x, column,
				"a name that begins with %s: a spreadsheet would compute it; expected a name that begins with a letter",
				quoted(name[:len(name)-len(strings.TrimLeft(name, formulaSigns))]))
		}
	}
	m.dates(x, &p)
	return p
}

// lostName is a text whose letters were all lost.
var lostName = regexp.MustCompile(`\?\?|\x{FFFD}`)

// nameless finds a person without a name.
func (m *maker) nameless(x *row, p casefile.Person) {
	switch {
	case p.NameKey != "" || x.faulty["family_name"] || x.faulty["given_names"]:
	case lostName.MatchString(p.FamilyName + p.GivenNames):
		m.fault(x, "family_name",
			"no letter of the name is left: they were lost before the file came here; ask for the file in UTF-8, or "+
				"type the name again")
	default:
		m.fault(x, "family_name", "no name at all: expected family_name or given_names, one of the two is enough")
	}
}

// need finds a required field that is empty.
func (m *maker) need(x *row, column, reason string, args ...any) {
	if x.values[column] == "" && !x.faulty[column] {
		m.fault(x, column, reason, args...)
	}
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
		near := ""
		if name, code, ok := gazetteer.NearestNationality(s); ok {
			near = fmt.Sprintf("; the nearest known one is %s (%s)", name, code)
		}
		m.fault(x, column,
			"unknown %s %s: expected an ISO 3166 code, a GOV.UK register name, a former state, Stateless or Unknown%s",
			what, quoted(s), near)
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
			m.unknown(x, "flags", "flag", s, codes(flags))
		case !slices.Contains(got, flags[i]):
			got = append(got, flags[i])
		}
	}
	return got
}
