package backlog

import (
	"slices"
	"strings"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// mostCompared is how many people of a family are compared each with each [D]. Of a
// larger one only the same names are, and of these each with as many before it.
const mostCompared = 50

// twice warns of a person who seems to be in the family twice: by one dependant's
// reference, or by name and birth date. See samePerson.
func (m *maker) twice(family casefile.Family) {
	byName, byReference := map[string][]int{}, map[string]int{}
	for j, q := range family.People {
		x := m.people[j]
		before := byName[q.NameKey]
		before = before[max(0, len(before)-mostCompared):]
		if len(family.People) <= mostCompared {
			before = upTo(j)
		}
		i := slices.IndexFunc(before, func(i int) bool { return samePerson(family.People[i], q) })
		if first, ok := byReference[q.HomeOfficeRef]; ok && numbered(q.HomeOfficeRef) {
			m.warn(x, "home_office_ref",
				"the number of one dependant, as in line %d: one person twice, or one of the two numbers is "+
					"wrong", m.people[first].line)
		} else if i >= 0 {
			m.warn(x, m.nameColumn(x),
				"the same name and birth date as in line %d, as far as they are known: is this one person "+
					"twice?", m.people[before[i]].line)
		}
		byReference[q.HomeOfficeRef] = j
		byName[q.NameKey] = append(byName[q.NameKey], j)
	}
}

// upTo lists the numbers below n.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// numbered reports whether a reference has the number of one dependant.
func numbered(ref string) bool {
	return dependantSuffix.MatchString(strings.NewReplacer(" ", "", "-", "").Replace(ref))
}

// samePerson reports whether two of a family may be one person. Their names are the same,
// in any order and spelling of the letters, and no birth date that is known speaks
// against it: the two may be known in part or not at all, or have day and month swapped.
// Or their birth dates are the same day, their sexes don't differ, and one name has all
// words of the other.
func samePerson(a, b casefile.Person) bool {
	if a.NameKey == "" || b.NameKey == "" {
		return false
	}
	dayA, wholeA := a.BirthDate.Full()
	dayB, wholeB := b.BirthDate.Full()
	if a.NameKey == b.NameKey {
		apart := laterThan(a.BirthDate, b.BirthDate) || laterThan(b.BirthDate, a.BirthDate)
		return !apart || wholeA && wholeB && swapped(dayA, dayB)
	}
	if !wholeA || dayA != dayB || a.Sex != b.Sex && a.Sex != casefile.SexUnknown && b.Sex != casefile.SexUnknown {
		return false
	}
	return hasAllWords(a.NameKey, b.NameKey) || hasAllWords(b.NameKey, a.NameKey)
}

// swapped reports whether one date is the other with day and month in each other's place.
func swapped(a, b clock.Date) bool {
	return a.Year() == b.Year() && a.Day() == int(b.Month()) && b.Day() == int(a.Month())
}

// hasAllWords reports whether each word of one name stands in the other.
func hasAllWords(in, of string) bool {
	have := strings.Fields(in)
	return !slices.ContainsFunc(strings.Fields(of), func(word string) bool { return !slices.Contains(have, word) })
}
