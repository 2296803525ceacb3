package backlog

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// MaxFile is the size of a backlog file, in bytes, above which it is refused
// [D]: nearly twice that of the legacy of the whole United Kingdom, 1.6 million
// people.
const MaxFile = 512 << 20

// File is a backlog file that has been read and checked.
type File struct {
	// Families are those accepted, each whole, in the order of their first rows.
	// [Scan] hands them over instead.
	Families []casefile.Family
	// Quarantined has one finding for each fault, Warnings one for each oddity
	// of an accepted family; both by line, then by column.
	Quarantined, Warnings []Finding
	// Duplicates are the pairs of accepted families that may be one.
	Duplicates []Pair
	// FamiliesSeen and PeopleSeen count what the file holds, accepted or not: the
	// family keys that its rows name, and its rows. PeopleSeen is the sum of the
	// people accepted and the rows quarantined, those without a family included.
	FamiliesSeen, PeopleSeen int
	// QuarantinedFamilies are the keys of the families that were not accepted, as
	// findings show them (odd characters replaced, shortened), in the order of
	// their first rows.
	QuarantinedFamilies []string

	// Elsewhere has of each quarantined family that lives outside Scotland its key
	// and the council's GSS code: one that is in the backlog already has moved away.
	Elsewhere []Moved

	accepted Counts
	header   []byte   // as it stands in the file, with its byte-order mark
	rows     [][]byte // the quarantined rows as they stand in the file
}

// Moved is a family that a file has with a council outside Scotland.
type Moved struct {
	Key     string
	Council string // GSS code
}

// Finding is a fault or a warning, and where it is. It repeats no name, date or
// reference from the file, but it may repeat a value that should have been a code.
type Finding struct {
	Line   int    `json:"line"`   // as an editor counts, from 1
	Family string `json:"family"` // its key; empty if nobody can tell whose row it is
	Column string `json:"column"` // empty if the whole row is meant
	Reason string `json:"reason"` // in plain words, with what was expected
}

// Counts is a number of families and of the people in them.
type Counts struct {
	Families int `json:"families"`
	People   int `json:"people"`
}

// Report is what `starter backlog check -o json` prints. Its lists are never
// null.
type Report struct {
	Families    int       `json:"families"`
	People      int       `json:"people"`
	Accepted    Counts    `json:"accepted"`
	Quarantined []Finding `json:"quarantined"`
	Warnings    []Finding `json:"warnings"`
}

// Report returns the outcome of a check.
func (f *File) Report() Report {
	return Report{
		Families:    f.FamiliesSeen,
		People:      f.PeopleSeen,
		Accepted:    f.accepted,
		Quarantined: append([]Finding{}, f.Quarantined...),
		Warnings:    append([]Finding{}, f.Warnings...),
	}
}

// WriteQuarantine writes the header and the rows of the quarantined families, so that
// they can be mended and imported again. Rows stand as they were, byte for byte.
// Exception: a mark stands before each cell that a spreadsheet would compute, and the
// header says so. Rows that can't be read come last: their quotes may run on into the
// rows below. Without any quarantined family it writes the header alone.
func (f *File) WriteQuarantine(w io.Writer) error {
	for _, line := range append([][]byte{f.header}, f.rows...) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			line = append(slices.Clone(line), '\n') // the file's last line
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// row is one person's row, while its family is being made.
type row struct {
	record
	place  place
	values map[string]string // by column, trimmed; missing if it holds a fault
	faulty map[string]bool   // columns with a fault in the text itself
}

// place is where a row stands in the file.
type place struct {
	at, line int32 // MaxFile bounds both
}

// group is a family's rows. It holds where they are and not what they say: of a
// large file only one family is held at a time.
type group struct {
	key  string
	rows []place // those that can be read
	torn bool    // a row of it can't be read, so that its people aren't all known
}

// reader holds a file while it is being read.
type reader struct {
	header header
	today  clock.Date
	text   []byte // without the byte-order mark
	file   *File
	groups map[string]*group
	order  []*group
	strays []record // rows whose family column can't be trusted, or names none
	kept   []place  // the quarantined rows
	seen   map[likeness]first
	paired map[Pair]bool
	spare  []*row // of families that are made
}

// Read reads and checks a backlog file. Today is the day against which dates in
// the future and adult children are told; it must be given. The error is for
// what stops the whole file: it can't be read, is larger than 512 MiB or no CSV
// in UTF-8, has no header, or its header names an unknown column, one twice, or
// lacks a required one.
func Read(r io.Reader, today clock.Date) (*File, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("the backlog file can't be read: %w", err)
	}
	var families []casefile.Family
	file, err := Scan(data, today, func(f casefile.Family) error {
		families = append(families, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	file.Families = families
	return file, nil
}

// Scan is [Read] for a file that is too large to hold all of its families: it
// hands each accepted one to take, in the order of their first rows, and keeps
// none. An error of take ends it, and is returned.
func Scan(data []byte, today clock.Date, take func(casefile.Family) error) (*File, error) {
	if today.IsZero() {
		return nil, errors.New("backlog: no date of today was given")
	}
	if err := checkKind(data); err != nil {
		return nil, err
	}
	text := bytes.TrimPrefix(data, []byte("\ufeff"))
	split := splitter{rest: text, line: 1}
	head, ok := split.next()
	if !ok {
		return nil, errors.New("the file is empty: expected a header with the names of the columns")
	}
	if head.broken != "" {
		return nil, fmt.Errorf("line %d: the header can't be read: %s", head.line, head.broken)
	}
	rd := reader{today: today, text: text, file: &File{}, groups: map[string]*group{}, seen: map[likeness]first{}, paired: map[Pair]bool{}}
	var err error
	if rd.header, err = readHeader(head.cells); err != nil {
		return nil, fmt.Errorf("line %d: %w", head.line, err)
	}
	rd.file.header = append(slices.Clone(data[:len(data)-len(text)]), head.raw...)
	split.columns, split.marked = len(rd.header.columns), rd.header.marked
	for r, ok := split.next(); ok; r, ok = split.next() {
		rd.add(r, len(text)-len(split.rest)-len(r.raw))
	}
	rd.attach()
	if err := rd.check(take); err != nil {
		return nil, err
	}
	rd.finish()
	return rd.file, nil
}

// checkKind names the kinds of file that are sent by mistake.
func checkKind(data []byte) error {
	switch {
	case len(data) > MaxFile:
		return errors.New("the file is larger than 512 MiB: expected a backlog of families")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return errors.New("this is a spreadsheet or zip file: save it as CSV in UTF-8")
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return errors.New("this file is in UTF-16: save it as CSV in UTF-8")
	case !bytes.Contains(data, []byte("\n")) && bytes.Contains(data, []byte("\r")):
		return errors.New("the lines end in lone carriage returns: save the file with the line ends of Windows or Linux")
	}
	return nil
}

// add takes a record that is no blank row, and stands at an offset of the text.
func (rd *reader) add(r record, at int) {
	if r.broken == "" && !slices.ContainsFunc(r.cells, func(c cell) bool { return strings.TrimSpace(c.text) != "" }) {
		return
	}
	rd.file.PeopleSeen++
	key := rd.key(r)
	if r.broken != "" || len(r.cells) != len(rd.header.columns) || key == "" {
		rd.strays = append(rd.strays, r)
		rd.kept = append(rd.kept, place{int32(at), int32(r.line)})
		return
	}
	g := rd.group(key)
	g.rows = append(g.rows, place{int32(at), int32(r.line)})
}

// key is the family that a row names, empty if it has no such cell.
func (rd *reader) key(r record) string {
	if at := rd.header.at["family"]; at < len(r.cells) {
		return strings.TrimSpace(r.cells[at].text)
	}
	return ""
}

func (rd *reader) group(key string) *group {
	g := rd.groups[key]
	if g == nil {
		g = &group{key: key}
		rd.groups[key] = g
		rd.order = append(rd.order, g)
	}
	return g
}

// attach finds the families of the rows that can't be read, once all good rows
// are known, and quarantines them.
func (rd *reader) attach() {
	known := map[string]bool{}
	if len(rd.strays) > 0 {
		for key := range rd.groups {
			known[key] = true
		}
	}
	for _, x := range rd.strays {
		column, reason := "", x.broken
		switch {
		case reason != "":
			reason = "a broken quote: " + reason
		case len(x.cells) != len(rd.header.columns):
			reason = fmt.Sprintf("%d columns, expected %d as in the header", len(x.cells), len(rd.header.columns))
		default:
			column, reason = "family", "family is missing, so nobody can tell whose person this is"
		}
		var keys []string
		if column == "" {
			keys = rd.named(x, known)
		}
		for _, key := range keys {
			rd.group(key).torn = true
			rd.quarantine(Finding{x.line, shown(key), "", reason})
		}
		if keys == nil {
			rd.quarantine(Finding{x.line, "", column, reason})
		}
	}
}

func (rd *reader) quarantine(f ...Finding) { rd.file.Quarantined = append(rd.file.Quarantined, f...) }

// named returns the families that an unreadable row may belong to: see the
// package's doc comment.
func (rd *reader) named(x record, known map[string]bool) []string {
	own := rd.key(x)
	if known[own] {
		return []string{own}
	}
	if own != "" && x.broken != "" {
		return []string{own} // what stands before the broken quote is certain
	}
	var keys []string
	for _, s := range loose(x.raw) {
		if rd.header.marked {
			s = unmarked(s)
		}
		if known[s] && !slices.Contains(keys, s) {
			keys = append(keys, s)
		}
	}
	if keys == nil && own != "" {
		keys = []string{own}
	}
	return keys
}

// check makes each family and hands it to take, or quarantines it.
func (rd *reader) check(take func(casefile.Family) error) error {
	for i, g := range rd.order {
		m := &maker{reader: rd, group: g}
		family := m.make()
		if m.faults != nil || g.torn {
			rd.quarantine(m.faults...)
			rd.file.QuarantinedFamilies = append(rd.file.QuarantinedFamilies, shown(g.key))
			if m.elsewhere != "" {
				rd.file.Elsewhere = append(rd.file.Elsewhere, Moved{g.key, m.elsewhere})
			}
			rd.kept = append(rd.kept, g.rows...)
		} else {
			rd.file.accepted.Families++
			rd.file.accepted.People += len(family.People)
			rd.file.Warnings = append(rd.file.Warnings, m.warnings...)
			rd.findDuplicates(i, m, family)
			if err := take(family); err != nil {
				return err
			}
		}
		m.release()
	}
	return nil
}

// finish counts, keeps the quarantined rows and puts the findings in order.
func (rd *reader) finish() {
	f := rd.file
	f.FamiliesSeen = len(rd.order)
	slices.SortFunc(rd.kept, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	var torn [][]byte
	changed := false
	for _, p := range rd.kept {
		r := rd.record(p)
		row := markedRow(r)
		if r.broken != "" {
			row = markedLine(r.raw, rd.header.marked)
		}
		changed = changed || !bytes.Equal(row, r.raw)
		row = slices.Clone(row) // so that the file's bytes can be freed
		if r.broken != "" {
			torn = append(torn, row)
		} else {
			f.rows = append(f.rows, row)
		}
	}
	f.rows = append(f.rows, torn...)
	if changed && !rd.header.marked {
		f.header = markedHeader(f.header)
	}
	inOrder := func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(rd.header.at[a.Column], rd.header.at[b.Column]),
			cmp.Compare(a.Reason, b.Reason))
	}
	slices.SortStableFunc(f.Quarantined, inOrder)
	slices.SortStableFunc(f.Warnings, inOrder)
}

// record reads a row again from where it stands.
func (rd *reader) record(p place) record {
	split := splitter{rest: rd.text[p.at:], line: int(p.line), columns: len(rd.header.columns), marked: rd.header.marked}
	return split.cut()
}
