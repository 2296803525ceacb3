package backlog

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/gazetteer"
	"hame/internal/typography"
)

// warn notes an oddity of the file itself, which is no one family's.
func (rd *reader) warn(line int, reason string) {
	rd.file.Warnings = append(rd.file.Warnings, Finding{Line: line, Reason: reason})
}

// blank reports whether no cell holds anything.
func blank(cells []cell) bool {
	return !slices.ContainsFunc(cells, func(c cell) bool { return typography.Key(c.text) != "" })
}

// separatorLine is the line by which Excel is told what stands between the columns.
var separatorLine = regexp.MustCompile(`^(?i)"?sep=(.)"?(,*)\r?\n`)

// skipSeparatorLine passes over Excel's "sep=,", and refuses a file with another separator.
func (rd *reader) skipSeparatorLine(s *splitter) error {
	found := separatorLine.FindSubmatch(s.rest)
	if found == nil {
		return nil
	}
	if sep := string(found[1]); sep != "," {
		name, ok := separators[sep]
		if !ok {
			name = quoted(sep)
		}
		return fmt.Errorf("line 1: by Excel's line \"sep=\" the columns are separated by %s: expected commas", name)
	}
	s.rest, s.line = s.rest[len(found[0]):], 2
	rd.warn(1, `Excel's line "sep=,", passed over`)
	return nil
}

// tellNameless warns of the cells at the header's right end that name no column.
func (rd *reader) tellNameless(head record) {
	if n := rd.header.width - len(rd.header.columns); n > 0 {
		rd.warn(head.line, fmt.Sprintf(
			"%s at the right of the header %s no name: passed over, since a row may hold nothing there",
			counted(n, "column"), map[bool]string{true: "has", false: "have"}[n == 1]))
	}
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// aHeader is how many names of columns a row has at least that is a header [D].
const aHeader = 3

// headerAgain reports whether a row is the header once more, as where two files were put
// together. It is an error if that header names other columns: the rows below it would be
// read wrongly.
func (rd *reader) headerAgain(r record) (bool, error) {
	var names []string
	empty := 0
	for i, c := range r.cells {
		name := columnName(c)
		if i == 0 {
			name = strings.TrimPrefix(name, textMark)
		}
		switch {
		case name == "":
			empty++
			continue
		case empty > 0 || !isColumn(name):
			return false, nil
		}
		names = append(names, name)
	}
	if len(names) < aHeader {
		return false, nil
	}
	same := len(names) == len(rd.header.columns)
	for i := 0; same && i < len(names); i++ {
		same = names[i] == rd.header.columns[i].name
	}
	if marked := strings.HasPrefix(columnName(r.cells[0]), textMark); !same || marked != rd.header.marked {
		return false, fmt.Errorf(
			"line %d: a second header, with other columns than the first: these are two files; check each by "+
				"itself", r.line)
	}
	rd.warn(r.line, "the header stands here again: passed over; the file may have been put together from two")
	return true, nil
}

// fits reports whether a row has a cell for each column, and beyond them only empty
// cells that the header gives no name either.
func (rd *reader) fits(r record) bool {
	n := len(rd.header.columns)
	return len(r.cells) >= n && len(r.cells) <= rd.header.width && blank(r.cells[n:])
}

// underNoName reports whether a row has a value under an empty cell of the header.
func (rd *reader) underNoName(r record) bool {
	n := len(rd.header.columns)
	return len(r.cells) > n && len(r.cells) <= rd.header.width && !blank(r.cells[n:])
}

// shaped returns a row with a cell for each column, and false if its cells may have
// shifted. A spreadsheet leaves off empty cells at the right, and the row's line still
// ends: they are empty, if no cell that every row needs is among them.
func (rd *reader) shaped(r record) (record, bool) {
	if r.broken != "" {
		return r, false
	}
	n := len(r.cells)
	switch {
	case rd.fits(r):
		r.cells = rd.cellsOf(r.cells)
		return r, true
	case n > len(rd.header.columns) || rd.cutOff(r):
		return r, false
	}
	for _, c := range []string{"family", "person", "relationship", "nationality"} {
		if rd.header.at[c] >= n {
			return r, false
		}
	}
	whole := r
	whole.cells = rd.cellsOf(r.cells)
	return whole, !rd.shifted(r.cells)
}

// cutOff reports whether the file ends in the middle of a row.
func (rd *reader) cutOff(r record) bool {
	return len(r.cells) < len(rd.header.columns) && !bytes.HasSuffix(r.raw, []byte("\n"))
}

// cellsOf returns one cell for each column: empty ones at the right are added, or taken off.
func (rd *reader) cellsOf(cells []cell) []cell {
	n := len(rd.header.columns)
	if len(cells) > n {
		return cells[:n]
	}
	cells = slices.Clip(cells)
	for len(cells) < n {
		cells = append(cells, cell{"", cells[len(cells)-1].line})
	}
	return cells
}

// shifted reports whether the cells of a row that has too few fit the columns better if
// they left off theirs before some cell and not at the right.
func (rd *reader) shifted(cells []cell) bool {
	left := len(rd.header.columns) - len(cells)
	bad := rd.misfits(rd.cellsOf(cells))
	for at := 0; bad > 0 && at < len(cells); at++ {
		if rd.misfits(slices.Insert(slices.Clone(cells), at, make([]cell, left)...)) < bad {
			return true
		}
	}
	return false
}

// misfits counts the cells of a row that should hold a date or a code and hold none.
func (rd *reader) misfits(cells []cell) int {
	n := 0
	for i, c := range rd.header.columns {
		value := typography.Plain(cells[i].text)
		switch {
		case value == "":
		case c.kind == ofDate:
			if _, err := clock.ParsePartial(value); errors.Is(err, clock.ErrDateFormat) {
				n++
			}
		case c.kind == ofCode && !readable(c.name, value):
			n++
		}
	}
	return n
}

// readable reports whether a value is one of a column's codes.
func readable(column, value string) bool {
	switch column {
	case "nationality", "birth_country":
		_, ok := gazetteer.FindNationality(value)
		return ok
	case "council":
		_, ok := gazetteer.FindCouncil(value)
		return ok
	case "flags":
		return !slices.ContainsFunc(strings.Split(value, ";"), func(flag string) bool {
			flag = strings.TrimSpace(flag)
			return flag != "" && !known(flag, flags)
		})
	}
	return known(value, codesOf[column])
}

// codesOf are the codes of the columns that have a list of them.
var codesOf = map[string][]string{
	"relationship": codes(casefile.Relationships), "sex": codes(sexes),
	"born_in_scotland": codes(answers), "own_claim": codes(yesOrNo),
	"claim_status": codes(claimStatuses), "support": codes(supports), "lane": codes(lanes),
}

// leftOff counts a row that leaves off cells at the right.
func (rd *reader) leftOff(line int) {
	if rd.short.rows == 0 {
		rd.short.line = line
	}
	rd.short.rows++
}

// tellLeftOff warns once of all such rows: a spreadsheet makes hundreds of them.
func (rd *reader) tellLeftOff() {
	switch n := rd.short.rows; {
	case n == 1:
		rd.warn(rd.short.line, "the row leaves off cells at the right: taken as empty")
	case n > 1:
		rd.warn(rd.short.line, fmt.Sprintf("%d rows leave off cells at the right, this one first: taken as empty", n))
	}
}
