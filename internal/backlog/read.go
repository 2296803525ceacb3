package backlog

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
	"hame/internal/filekind"
	"hame/internal/typography"
)

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
	key   string
	rows  []place // those that can be read
	torn  bool    // a row of it can't be read, so that its people aren't all known
	alike *group  // a family of the file whose key looks the same
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
	// short is where the first row stands that leaves off cells at the right, and how many do.
	short struct{ line, rows int }
	// attested is set where an officer typed the value that is read, who knows whether it is
	// a program's default.
	attested bool
}

// Read reads and checks a backlog file. Today is the day against which dates in
// the future and adult children are told; it must be given. The error is for
// what stops the whole file: it can't be read, is larger than 512 MiB or no CSV
// in UTF-8, has no header, its header names an unknown column, one twice, or
// lacks a required one, or a second header with other columns follows.
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
	return newReader(today).scan(data, take)
}

func newReader(today clock.Date) *reader {
	return &reader{today: today, file: &File{}, groups: map[string]*group{},
		seen: map[likeness]first{}, paired: map[Pair]bool{}}
}

// scan reads a file with a new reader.
func (rd *reader) scan(data []byte, take func(casefile.Family) error) (*File, error) {
	if rd.today.IsZero() {
		return nil, errors.New("backlog: no date of today was given")
	}
	if err := checkKind(data); err != nil {
		return nil, err
	}
	rd.text = bytes.TrimPrefix(data, []byte("\ufeff"))
	split := splitter{rest: rd.text, line: 1}
	if err := rd.skipSeparatorLine(&split); err != nil {
		return nil, err
	}
	head, ok := split.next()
	if !ok {
		return nil, errors.New("the file is empty: expected a header with the names of the columns")
	}
	if head.broken != "" {
		return nil, fmt.Errorf("line %d: the header can't be read: %s", head.line, head.broken)
	}
	var err error
	if rd.header, err = readHeader(head.cells); err != nil {
		return nil, fmt.Errorf("line %d: %w", head.line, err)
	}
	rd.tellNameless(head)
	rd.file.header = slices.Concat(data[:len(data)-len(rd.text)], head.raw)
	split.columns, split.width, split.marked = len(rd.header.columns), rd.header.width, rd.header.marked
	for r, ok := split.next(); ok; r, ok = split.next() {
		if err := rd.add(r, len(rd.text)-len(split.rest)-len(r.raw)); err != nil {
			return nil, err
		}
	}
	rd.attach()
	rd.findAlike()
	if err := rd.check(take); err != nil {
		return nil, err
	}
	rd.finish()
	return rd.file, nil
}

// checkKind names the kinds of file that are sent by mistake.
func checkKind(data []byte) error {
	if len(data) > MaxFile {
		return errors.New("the file is larger than 512 MiB: expected a backlog of families")
	}
	if what := filekind.Of(data); what != "" {
		return fmt.Errorf("this is %s: save it as CSV in UTF-8", what)
	}
	if !bytes.Contains(data, []byte("\n")) && bytes.Contains(data, []byte("\r")) {
		return errors.New("the lines end in lone carriage returns: save the file with the line ends of Windows or Linux")
	}
	return nil
}

// add takes a record, which stands at an offset of the text. A blank row and a second
// header like the first are passed over. A second header with other columns is an error.
func (rd *reader) add(r record, at int) error {
	if r.broken == "" && blank(r.cells) {
		return nil
	}
	if again, err := rd.headerAgain(r); again || err != nil {
		return err
	}
	rd.file.PeopleSeen++
	here := place{int32(at), int32(r.line)}
	whole, ok := rd.shaped(r)
	key := rd.key(r)
	if !ok || isNoKey(key) {
		rd.strays = append(rd.strays, r)
		rd.kept = append(rd.kept, here)
		return nil
	}
	if n := len(whole.cells) - len(r.cells); n > 0 {
		rd.leftOff(r.line)
	}
	g := rd.group(key)
	g.rows = append(g.rows, here)
	return nil
}

// key is the family that a row names, as keys are compared, empty if it has no such cell.
func (rd *reader) key(r record) string {
	if at := rd.header.at["family"]; at < len(r.cells) {
		return typography.Key(r.cells[at].text)
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
			m.warnAlike()
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
	rd.tellLeftOff()
	slices.SortFunc(rd.kept, func(a, b place) int { return cmp.Compare(a.at, b.at) })
	var torn [][]byte
	var end []byte
	changed := false
	for _, p := range rd.kept {
		r := rd.record(p)
		row := markedRow(r)
		if r.broken != "" {
			row = markedLine(r.raw, rd.header.marked)
		}
		changed = changed || !bytes.Equal(row, r.raw)
		row = slices.Clone(row) // so that the file's bytes can be freed
		switch {
		case r.broken != "":
			torn = append(torn, row)
		case rd.cutOff(r):
			end, f.cutOff = row, true
		default:
			f.rows = append(f.rows, row)
		}
	}
	f.rows = append(f.rows, torn...)
	if f.cutOff {
		f.rows = append(f.rows, end)
	}
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
	split := splitter{rest: rd.text[p.at:], line: int(p.line),
		columns: len(rd.header.columns), width: rd.header.width, marked: rd.header.marked}
	return split.cut()
}

// whole reads a row of a family again, with a cell for each column.
func (rd *reader) whole(p place) record {
	r := rd.record(p)
	r.cells = rd.cellsOf(r.cells)
	return r
}
