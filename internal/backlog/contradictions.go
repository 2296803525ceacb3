package backlog

import (
	"regexp"
	"slices"
	"strings"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// What two cells of a family can't both say [D].
const (
	youngestParent = 12  // years between a parent and a child
	youngestSpouse = 16  // years (Marriage (Scotland) Act 1977, s.1)
	sameBirth      = 3   // days: twins may be born before and after midnight
	nextBirth      = 210 // days from one birth to a mother's next
	grownUp        = 18  // years
)

// contradictions warns of each pair of cells that can't both be true. Where one date of a
// pair is known in part only, it warns if no day that the two allow could be.
func (m *maker) contradictions(family casefile.Family) {
	for i, p := range family.People {
		x := m.people[i]
		m.birthplace(x, p)
		m.claim(x, p)
		m.age(x, p, family.People[0])
		if who := x.values["responsible_adult"]; who != "" && who == p.Key {
			m.warn(x, "responsible_adult", "the person is named as the adult responsible for itself")
		}
	}
	m.siblings(family)
	if at := family.Postcode; elsewhereByPostcode(at) {
		m.warn(m.people[0], "postcode",
			"a postcode outside Scotland, and council names one in Scotland: one of the two is wrong")
	}
}

// birthplace compares where a person was born with what follows from it.
func (m *maker) birthplace(x *row, p casefile.Person) {
	inScotland, inUK := p.BornInScotland == casefile.Yes, p.BirthCountry == unitedKingdom
	if inScotland && p.BirthCountry != "" && !inUK {
		m.warn(x, "birth_country", "not the United Kingdom, and born_in_scotland says yes: one of the two is wrong")
	}
	if (inScotland || inUK) && laterThan(p.ArrivedOn, p.BirthDate) {
		column := "born_in_scotland"
		if !inScotland {
			column = "birth_country"
		}
		m.warn(x, "arrived_on",
			"arrived after birth, and by %s the person was born here: one of the two is wrong, or the person left "+
				"and came back", column)
	}
}

// unitedKingdom is the code of the country that Scotland is in.
const unitedKingdom = "GB"

// laterThan reports whether a date is certainly later than another, as far as both are known.
func laterThan(a, b clock.PartialDate) bool {
	return !a.IsZero() && !b.IsZero() && a.Earliest().After(b.Latest())
}

// claim compares the steps of a claim with each other. A step is compared with the claim,
// and with the arrival only if no claim is known: one wrong date is told once.
func (m *maker) claim(x *row, p casefile.Person) {
	if laterThan(p.ArrivedOn, p.ClaimDate) {
		m.warn(x, "claim_date", "earlier than arrived_on: one of the two is wrong")
	}
	before, column := p.ClaimDate, "claim_date"
	if before.IsZero() {
		before, column = p.ArrivedOn, "arrived_on"
	}
	if laterThan(before, p.LastInterviewOn) {
		m.warn(x, "last_interview_on", "earlier than %s: one of the two is wrong", column)
	}
	if laterThan(before, p.ClaimStatusOn) {
		m.warn(x, "claim_status_on", "earlier than %s: one of the two is wrong", column)
	}
	if p.ClaimStatus == casefile.ClaimUndecided && !p.ClaimStatusOn.IsZero() {
		m.warn(x, "claim_status_on",
			"a date of a decision, and by claim_status the claim is undecided: one of the two is wrong")
	}
	if p.Relationship == casefile.Principal && !p.OwnClaim {
		m.warn(x, "own_claim", "no, and relationship says principal, whose claim it is: one of the two is wrong")
	}
}

// age compares a person's birth date with its relationship, and with the principal's.
func (m *maker) age(x *row, p, principal casefile.Person) {
	born, of := p.BirthDate, principal.BirthDate
	if born.IsZero() {
		return
	}
	line := m.people[0].line
	switch p.Relationship {
	case casefile.Child:
		switch {
		case !of.IsZero() && clock.AgeOn(of.Earliest(), born.Latest()) < youngestParent:
			m.warn(x, "date_of_birth",
				"less than %d years after the principal's, line %d, and relationship says child: one of the three is "+
					"wrong", youngestParent, line)
		case !born.MayBeUnder(grownUp, m.today):
			m.warn(x, "relationship", "a \"child\" who is an adult")
		}
	case casefile.Parent:
		if !of.IsZero() && clock.AgeOn(born.Earliest(), of.Latest()) < youngestParent {
			m.warn(x, "date_of_birth",
				"less than %d years before the principal's, line %d, and relationship says parent: one of the three is "+
					"wrong", youngestParent, line)
		}
	case casefile.Spouse, casefile.Partner:
		if !born.MayBeAtLeast(youngestSpouse, m.today) {
			m.warn(x, "date_of_birth",
				"younger than %d, and relationship says %s: one of the two is wrong", youngestSpouse, p.Relationship)
		}
		if !of.IsZero() && !of.MayBeAtLeast(youngestSpouse, m.today) {
			m.warn(m.people[0], "date_of_birth",
				"younger than %d, and line %d names a %s: one of the two is wrong", youngestSpouse, x.line, p.Relationship)
		}
	}
}

// siblings compares the birth dates of the principal's children: of those that are known
// to the day, each with the next.
func (m *maker) siblings(family casefile.Family) {
	type birth struct {
		on clock.Date
		x  *row
	}
	var births []birth
	for i, p := range family.People {
		if on, whole := p.BirthDate.Full(); whole && p.Relationship == casefile.Child {
			births = append(births, birth{on, m.people[i]})
		}
	}
	slices.SortStableFunc(births, func(a, b birth) int { return a.on.Compare(b.on) })
	for i := 1; i < len(births); i++ {
		a, b := births[i-1], births[i]
		if days := b.on.DaysSince(a.on); days <= sameBirth || days >= nextBirth {
			continue
		}
		if a.x.line > b.x.line {
			a, b = b, a
		}
		m.warn(b.x, "date_of_birth",
			"less than seven months from that of the child in line %d: one of the two is wrong, or they have not "+
				"the same mother", a.x.line)
	}
}

// postcodeArea is the letters that a postcode begins with.
var postcodeArea = regexp.MustCompile(`^(?i)([A-Z]{1,2})[0-9][0-9A-Z]? ?[0-9][A-Z]{2}$`)

// scottishAreas are the areas of postcodes that lie in Scotland, wholly or in part.
var scottishAreas = []string{
	"AB", "DD", "DG", "EH", "FK", "G", "HS", "IV", "KA", "KW", "KY", "ML", "PA", "PH", "TD", "ZE",
}

// noArea is the area of postcodes that are no place, as health services use them.
const noArea = "ZZ"

// elsewhereByPostcode reports whether a postcode is one outside Scotland.
func elsewhereByPostcode(postcode string) bool {
	found := postcodeArea.FindStringSubmatch(strings.TrimSpace(postcode))
	if found == nil {
		return false
	}
	area := strings.ToUpper(found[1])
	return area != noArea && !slices.Contains(scottishAreas, area)
}
