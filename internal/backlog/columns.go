package backlog

import (
	"fmt"
	"slices"
	"strings"

	"hame/internal/gazetteer"
)

// The limits of a field, in characters [D]: real names, references and notes
// are far shorter, and a longer field is a row gone wrong.
const (
	maxField   = 500
	maxAddress = 1000
)

// column describes one column of a backlog file.
type column struct {
	name     string
	required bool // the column must be in the header
	limit    int  // in characters
	lines    bool // may hold line breaks
}

// columns are all the columns that a backlog file may have.
var columns = []column{
	{name: "family", required: true},
	{name: "person", required: true},
	{name: "relationship", required: true},
	{name: "nationality", required: true},
	{name: "claim_date", required: true},
	{name: "council", required: true},
	{name: "home_office_ref"},
	{name: "family_name"},
	{name: "given_names"},
	{name: "date_of_birth"},
	{name: "sex"},
	{name: "birth_country"},
	{name: "born_in_scotland"},
	{name: "arrived_on"},
	{name: "area"},
	{name: "address", limit: maxAddress, lines: true},
	{name: "postcode"},
	{name: "phone"},
	{name: "email"},
	{name: "language"},
	{name: "interpreter"},
	{name: "representative"},
	{name: "representative_contact", lines: true},
	{name: "school"},
	{name: "responsible_adult"},
	{name: "own_claim"},
	{name: "claim_status"},
	{name: "claim_status_on"},
	{name: "last_interview_on"},
	{name: "support"},
	{name: "lane"},
	{name: "flags"},
}

// Columns returns the names of all columns that a backlog file may have, in the
// order in which a synthetic file has them.
func Columns() []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

// header says which column stands where in a file.
type header struct {
	columns []column       // by position in the file
	at      map[string]int // position by name
	marked  bool           // the file has marks before cells: see textMark
}

// readHeader reads the names of the columns. Letter case and spaces around a
// name don't matter. It fails, for the whole file, for an unknown column, with
// the nearest known one named, one that is there twice, and a required one that
// is not there.
func readHeader(cells []cell) (header, error) {
	h := header{at: map[string]int{}}
	if len(cells) == 1 {
		for sep, name := range map[string]string{";": "semicolons", "\t": "tabs", "|": "bars"} {
			if strings.Contains(cells[0].text, sep) {
				return h, fmt.Errorf("the columns are separated by %s: expected commas", name)
			}
		}
	}
	for i, c := range cells {
		name := strings.ToLower(strings.TrimSpace(c.text))
		if i == 0 {
			name, h.marked = strings.CutPrefix(name, textMark)
		}
		if name == "" {
			return h, fmt.Errorf("column %d of the header has no name", i+1)
		}
		known := slices.IndexFunc(columns, func(k column) bool { return k.name == name })
		if known < 0 {
			return h, fmt.Errorf("unknown column %s: the nearest known one is %q", quoted(c.text), gazetteer.Nearest(name, Columns()))
		}
		if first, twice := h.at[name]; twice {
			return h, fmt.Errorf("column %q is there twice, as column %d and column %d", name, first+1, i+1)
		}
		h.at[name] = i
		h.columns = append(h.columns, columns[known])
	}
	for _, c := range columns {
		if _, ok := h.at[c.name]; c.required && !ok {
			return h, fmt.Errorf("column %q is missing: a backlog file needs it, also where it may be left empty", c.name)
		}
	}
	return h, nil
}
