package backlog

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// memberColumns are what an act states of a person who joins a family.
var memberColumns = []string{"given_names", "family_name", "date_of_birth", "sex", "nationality", "language",
	"home_office_ref", "born_in_scotland", "arrived_on", "school"}

// ReadMember reads a person who joins a family from the text of an act: a line a fact, as in
// "given_names: Ayse", by the rules of a backlog file's columns. A name is wanted. The error
// says what was expected and repeats nothing of the values.
func ReadMember(text string, r casefile.Relationship, today clock.Date) (casefile.Person, error) {
	var typed map[string]string
	if err := yaml.Unmarshal([]byte(text), &typed); err != nil {
		return casefile.Person{}, fmt.Errorf("text: expected a line for each fact, such as given_names: Ayse; the facts are %s",
			strings.Join(memberColumns, ", "))
	}
	values := map[string]string{"family": "F", "person": "1", "relationship": string(casefile.Principal),
		"nationality": "Unknown", "claim_date": today.String(), "council": "S12000049"}
	for name, value := range typed {
		if !slices.Contains(memberColumns, name) {
			return casefile.Person{}, fmt.Errorf("text: one of its lines is no fact of a person; they are %s",
				strings.Join(memberColumns, ", "))
		}
		values[name] = value
	}
	var names, cells []string
	for _, c := range columns {
		if v, ok := values[c.name]; ok {
			names, cells = append(names, c.name), append(cells, v)
		}
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll([][]string{names, cells}); err != nil {
		return casefile.Person{}, err
	}
	var person casefile.Person
	rd := newReader(today)
	rd.attested = true
	file, err := rd.scan(b.Bytes(), func(f casefile.Family) error {
		person = f.People[0]
		return nil
	})
	switch {
	case err != nil:
		return casefile.Person{}, err
	case len(file.Quarantined) > 0:
		return casefile.Person{}, refusedFact(file.Quarantined[0].Column, file.Quarantined[0])
	}
	person.Relationship, person.OwnClaim, person.ClaimDate = r, false, clock.PartialDate{}
	return person, nil
}
