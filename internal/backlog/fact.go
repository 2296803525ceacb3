package backlog

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"regexp"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/typography"
)

// repeated is a cell's value as a finding quotes it.
var repeated = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// CheckFact reads one corrected fact by the rules of a backlog file's column of
// that name, and returns it as the record keeps it: a nationality as its code, a
// date as ISO text. The error says what was expected and repeats nothing of the
// value: it stands in the refusal, which histories keep and no erasure reaches.
func CheckFact(column, value string, today clock.Date) (string, error) {
	values := map[string]string{"family": "F", "person": "1",
		"relationship": string(casefile.Principal), "nationality": "Unknown",
		"claim_date": today.String(), "council": "S12000049", "family_name": "F", "given_names": "G"}
	values[column] = value
	var names, cells []string
	for _, c := range columns {
		if v, ok := values[c.name]; ok {
			names, cells = append(names, c.name), append(cells, v)
		}
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll([][]string{names, cells}); err != nil {
		return "", err
	}
	var family casefile.Family
	// The officer who typed the value knows whether it is a program's default.
	rd := newReader(today)
	rd.attested = true
	file, err := rd.scan(b.Bytes(), func(f casefile.Family) error {
		family = f
		return nil
	})
	if err != nil {
		return "", err
	}
	if len(file.Quarantined) > 0 {
		return "", refusedFact(column, file.Quarantined[0])
	}
	var fields map[string]any
	for _, part := range []any{family, family.People[0]} {
		body, err := json.Marshal(part)
		if err != nil {
			return "", err
		}
		if err := json.Unmarshal(body, &fields); err != nil {
			return "", err
		}
	}
	if kept, ok := fields[column].(string); ok {
		return kept, nil
	}
	// An empty fact is left out: nothing is known. What a file's reader takes as empty, but
	// for a word that means so, is none that an officer should type.
	if column == "home_office_ref" && isPlaceholder(plainReference(value)) {
		return "", nil
	}
	for _, w := range file.Warnings {
		if w.Column == column && typography.Key(value) != "" {
			return "", refusedFact(column, w)
		}
	}
	return "", nil
}

// refusedFact is a finding about a fact without what it quotes of the value.
func refusedFact(column string, f Finding) error {
	return fmt.Errorf("%s: %s", column, repeated.ReplaceAllString(f.Reason, `"…"`))
}
