package backlog

import (
	"fmt"

	"hame/internal/casefile"
)

// Pair is two families of a file that may be one: candidates, which a
// caseworker resolves. A stands before B in the file.
type Pair struct {
	A, B string // family keys
	Why  string // SameReference or SameNameAndBirthDate
}

// Why two families may be one.
const (
	SameReference        = "home_office_ref"
	SameNameAndBirthDate = "name_and_birth_date"
)

// findDuplicates pairs each accepted family with the first one in the file that
// has a person with the same Home Office reference, or with the same normalised
// name and birth date. Several families with one reference are each paired with
// the first of them, not with each other. A birth date counts only if it is
// known to the day: two people born in 1998 are not the same for it.
func (rd *reader) findDuplicates() {
	type first struct{ family, person int }
	seen := map[string]first{}
	paired := map[Pair]bool{}
	match := func(key, why string, at first) {
		earlier, ok := seen[key]
		if !ok {
			seen[key] = at
			return
		}
		pair := Pair{rd.accepted[earlier.family].key, rd.accepted[at.family].key, why}
		if earlier.family == at.family || paired[pair] {
			return
		}
		paired[pair] = true
		rd.file.Duplicates = append(rd.file.Duplicates, pair)
		rd.warnDuplicate(earlier.family, earlier.person, at.family, at.person, why)
		rd.warnDuplicate(at.family, at.person, earlier.family, earlier.person, why)
	}
	for i, family := range rd.file.Families {
		for j, person := range family.People {
			if person.HomeOfficeRef != "" {
				match("ref "+referenceKey(person.HomeOfficeRef), SameReference, first{i, j})
			}
			if day, ok := person.BirthDate.Full(); ok {
				match("name "+day.String()+" "+person.NameKey, SameNameAndBirthDate, first{i, j})
			}
		}
	}
}

// warnDuplicate warns on one family's row that another's may be the same.
func (rd *reader) warnDuplicate(family, person, otherFamily, otherPerson int, why string) {
	column, what := "home_office_ref", "the same reference"
	if why == SameNameAndBirthDate {
		column, what = nameColumn(rd.file.Families[family].People[person]), "the same name and birth date"
	}
	other := rd.accepted[otherFamily]
	m := maker{reader: rd, group: rd.accepted[family]}
	rd.file.Warnings = append(rd.file.Warnings, m.finding(m.group.people[person], column, fmt.Sprintf(
		"duplicate candidate: %s as in family %s, line %d; neither is listed until a caseworker has resolved it",
		what, quoted(other.key), other.people[otherPerson].line)))
}

// nameColumn is the column in which a person's name stands.
func nameColumn(p casefile.Person) string {
	if p.FamilyName == "" {
		return "given_names"
	}
	return "family_name"
}
