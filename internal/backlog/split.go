package backlog

import (
	"bytes"
	"strings"
)

// maxLines is how many lines a quoted field may span [D]. A quote that was
// opened by mistake would otherwise run to the end of the file.
const maxLines = 50

// cell is one field of a row and the line on which it starts.
type cell struct {
	text string
	line int
}

// record is one row as it stands in the file.
type record struct {
	line   int    // of its first character, counted from 1, as an editor does
	raw    []byte // with its line end
	cells  []cell // if broken, those before the broken one
	broken string // why it can't be read; empty if it can
}

// splitter cuts a file into records. encoding/csv is not used because it can't
// go on after a broken quote, and would let one hide the rows that follow.
type splitter struct {
	rest    []byte
	line    int
	columns int  // how many a row has; 0 while the header is being read
	width   int  // how many it may have, with empty cells that the header gives no name
	marked  bool // a mark stands before each cell that a spreadsheet would compute
}

// next returns the next record that is not an empty line, and false at the end.
func (s *splitter) next() (record, bool) {
	for len(s.rest) > 0 {
		r := s.cut()
		s.rest = s.rest[len(r.raw):]
		s.line += bytes.Count(r.raw, []byte("\n"))
		if len(bytes.TrimRight(r.raw, "\r\n")) > 0 {
			return r, true
		}
	}
	return record{}, false
}

// cut returns the next record, without the marks of its cells.
func (s *splitter) cut() record {
	r := s.asItStands()
	for i, c := range r.cells {
		if s.marked {
			r.cells[i].text = unmarked(c.text)
		}
	}
	return r
}

func (s *splitter) asItStands() record {
	r := parse(s.rest, s.line)
	if r.broken == "" && s.swallowed(r) {
		r.broken = "a quote opened here runs on into the rows below"
	}
	if r.broken == "" {
		return r
	}
	// Nothing after a broken quote can be trusted to belong to this row, so it
	// ends with its line, and the next line is read as a row of its own.
	end := lineEnd(s.rest)
	line := parse(s.rest[:end], s.line)
	return record{line: s.line, raw: s.rest[:end], cells: line.cells, broken: r.broken}
}

// swallowed says whether a record that spans lines, though its quotes match,
// looks like several rows: two stray quotes in two rows make one record of
// them. If both stand in the same column the record has the right number of
// columns, but the field between them then holds a whole row's commas.
func (s *splitter) swallowed(r record) bool {
	if s.columns == 0 || bytes.IndexByte(bytes.TrimRight(r.raw, "\r\n"), '\n') < 0 {
		return false
	}
	if len(r.cells) < s.columns || len(r.cells) > s.width {
		return true
	}
	for _, c := range r.cells {
		if strings.Contains(c.text, "\n") && strings.Count(c.text, ",") >= s.columns-1 {
			return true
		}
	}
	return false
}

// parse reads one record from the start of data, strictly by RFC 4180. Lines
// may end in LF or CRLF.
func parse(data []byte, line int) record {
	r := record{line: line}
	pos, at := 0, line
	fail := func(why string) record {
		r.broken, r.raw = why, data[:lineEnd(data)]
		return r
	}
	for {
		var text string
		start := at
		if pos < len(data) && data[pos] == '"' {
			var b strings.Builder
			pos++
			for {
				i := bytes.IndexByte(data[pos:], '"')
				if i >= 0 {
					at += bytes.Count(data[pos:pos+i], []byte("\n"))
				}
				if i < 0 || at-start > maxLines {
					return fail("a quote is opened and never closed")
				}
				b.Write(data[pos : pos+i])
				pos += i + 1
				if pos >= len(data) || data[pos] != '"' {
					break
				}
				b.WriteByte('"')
				pos++
			}
			text = b.String()
		} else {
			i := bytes.IndexAny(data[pos:], ",\n")
			if i < 0 {
				i = len(data) - pos
			}
			field := data[pos : pos+i]
			if pos+i == len(data) || data[pos+i] == '\n' {
				field = bytes.TrimSuffix(field, []byte("\r"))
			}
			if bytes.IndexByte(field, '"') >= 0 {
				return fail("a quote stands inside a field that is not quoted")
			}
			text = string(field)
			pos += len(field)
		}
		r.cells = append(r.cells, cell{text, start})
		end := data[pos:]
		switch {
		case len(end) == 0:
			r.raw = data
			return r
		case end[0] == ',':
			pos++
		case end[0] == '\n':
			r.raw = data[:pos+1]
			return r
		case bytes.HasPrefix(end, []byte("\r\n")):
			r.raw = data[:pos+2]
			return r
		case len(end) == 1 && end[0] == '\r':
			r.raw = data
			return r
		default:
			r.cells = r.cells[:len(r.cells)-1]
			return fail("a quote is closed in the middle of a field")
		}
	}
}

// lineEnd returns how many bytes the first line has, with its line end.
func lineEnd(data []byte) int {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1
	}
	return len(data)
}

// loose cuts a line at its commas, without regard to its quotes, to see which
// families an unreadable row may belong to.
func loose(raw []byte) []string {
	cells := strings.Split(string(raw), ",")
	for i, c := range cells {
		cells[i] = strings.Trim(c, "\" \t\r\n")
	}
	return cells
}
