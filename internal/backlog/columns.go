package backlog

import (
	"fmt"
	"slices"
	"strings"

	"hame/internal/gazetteer"
	"hame/internal/typography"
)

// The limits of a field, in characters [D]: real names, references and notes
// are far shorter, and a longer field is a row gone wrong.
const (
	maxField   = 500
	maxAddress = 1000
)

// kind is what a column's cells are, which decides how they are read.
type kind int

const (
	ofText      kind = iota // free text
	ofName                  // a person's name
	ofKey                   // a key that rows are brought together by
	ofCode                  // one of a list, or a country, a council, marks
	ofDate                  // a whole date or a part of one
	ofReference             // a Home Office reference
)

// column describes one column of a backlog file.
type column struct {
	name     string
	kind     kind
	required bool // the column must be in the header
	limit    int  // in characters
	lines    bool // may hold line breaks
}

// columns are all the columns that a backlog file may have.
var columns = []column{
	{name: "family", kind: ofKey, required: true},
	{name: "person", kind: ofKey, required: true},
	{name: "relationship", kind: ofCode, required: true},
	{name: "nationality", kind: ofCode, required: true},
	{name: "claim_date", kind: ofDate, required: true},
	{name: "council", kind: ofCode, required: true},
	{name: "home_office_ref", kind: ofReference},
	{name: "family_name", kind: ofName},
	{name: "given_names", kind: ofName},
	{name: "date_of_birth", kind: ofDate},
	{name: "sex", kind: ofCode},
	{name: "birth_country", kind: ofCode},
	{name: "born_in_scotland", kind: ofCode},
	{name: "arrived_on", kind: ofDate},
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
	{name: "own_claim", kind: ofCode},
	{name: "claim_status", kind: ofCode},
	{name: "claim_status_on", kind: ofDate},
	{name: "last_interview_on", kind: ofDate},
	{name: "support", kind: ofCode},
	{name: "lane", kind: ofCode},
	{name: "flags", kind: ofCode},
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
	// width is how many cells the header has: those at its right end that are empty name
	// no column.
	width int
}

// columnName reads a cell of a header: letter case, spaces around a name and characters
// that can't be seen don't matter.
func columnName(c cell) string { return strings.ToLower(typography.Key(c.text)) }

// isColumn reports whether a backlog file may have a column of this name.
func isColumn(name string) bool {
	return slices.ContainsFunc(columns, func(c column) bool { return c.name == name })
}

// readHeader reads the names of the columns. It fails, for the whole file, for an unknown
// column, with the nearest known one named, one that is there twice, and a required one
// that is not there. Empty cells at the right end are no columns.
func readHeader(cells []cell) (header, error) {
	h := header{at: map[string]int{}, width: len(cells)}
	if len(cells) == 1 {
		for sep, name := range separators {
			if strings.Contains(cells[0].text, sep) {
				return h, fmt.Errorf("the columns are separated by %s: expected commas", name)
			}
		}
	}
	for len(cells) > 1 && columnName(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	for i, c := range cells {
		name := columnName(c)
		if i == 0 {
			name, h.marked = strings.CutPrefix(name, textMark)
		}
		if name == "" {
			return h, fmt.Errorf("column %d of the header has no name", i+1)
		}
		known := slices.IndexFunc(columns, func(k column) bool { return k.name == name })
		if known < 0 {
			if nearest, ok := gazetteer.Nearest(name, Columns()); ok {
				return h, fmt.Errorf("unknown column %s: the nearest known one is %q", quoted(c.text), nearest)
			}
			return h, fmt.Errorf("unknown column %s: expected the names of a backlog file's columns, such as %s",
				quoted(c.text), strings.Join(Columns()[:6], ", "))
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

// separators are what stands between columns where no comma does, and what it is called.
var separators = map[string]string{";": "semicolons", "\t": "tabs", "|": "bars"}
