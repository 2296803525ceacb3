package backlog

import (
	"crypto/sha256"
	"fmt"

	"hame/internal/casefile"
	"hame/internal/typography"
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

// likeness is what two people have in common who may be one, as a digest: a
// file of the whole United Kingdom has some three million.
type likeness [16]byte

// first is the person in whom a likeness was seen first: the family's place in
// the order of the file, and where the person's row stands.
type first struct {
	family int32
	row    place
}

// findDuplicates pairs an accepted family, the ith of the file, with the first
// one in the file that has a person with the same Home Office reference, or with
// the same normalised name and birth date. Several families with one reference
// are each paired with the first of them, not with each other. A birth date
// counts only if it is known to the day: two people born in 1998 are not the
// same for it.
func (rd *reader) findDuplicates(i int, m *maker, family casefile.Family) {
	match := func(key, why string, person int) {
		sum := sha256.Sum256([]byte(key))
		x := m.people[person]
		like, here := likeness(sum[:len(likeness{})]), first{int32(i), x.place}
		earlier, ok := rd.seen[like]
		if !ok {
			rd.seen[like] = here
			return
		}
		pair := Pair{rd.order[earlier.family].key, m.group.key, why}
		if earlier.family == here.family || rd.paired[pair] {
			return
		}
		rd.paired[pair] = true
		rd.file.Duplicates = append(rd.file.Duplicates, pair)
		rd.warnDuplicate(earlier, here, why)
		rd.warnDuplicate(here, earlier, why)
	}
	for j, person := range family.People {
		if pairs(person.HomeOfficeRef) {
			match("ref "+referenceKey(person.HomeOfficeRef), SameReference, j)
		}
		if day, ok := person.BirthDate.Full(); ok {
			match("name "+day.String()+" "+person.NameKey, SameNameAndBirthDate, j)
		}
	}
}

// warnDuplicate warns on one family's row that another's may be the same.
func (rd *reader) warnDuplicate(here, other first, why string) {
	x := &row{record: rd.whole(here.row)}
	column, what := "home_office_ref", "the same reference"
	if why == SameNameAndBirthDate {
		column, what = rd.nameColumn(x), "the same name and birth date"
	}
	m := maker{reader: rd, group: rd.order[here.family]}
	rd.file.Warnings = append(rd.file.Warnings, m.finding(x, column, fmt.Sprintf(
		"duplicate candidate: %s as in family %s, line %d; neither is listed until a caseworker has resolved it",
		what, quoted(rd.order[other.family].key), other.row.line)))
}

// nameColumn is the column in which a person's name stands.
func (rd *reader) nameColumn(x *row) string {
	if at, ok := rd.header.at["family_name"]; ok && typography.Key(x.cells[at].text) != "" {
		return "family_name"
	}
	return "given_names"
}
