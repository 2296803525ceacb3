package backlog

import (
	"bytes"
	"io"
	"slices"

	"hame/internal/casefile"
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
	// Quarantined has one finding for each fault, Warnings one for each oddity of
	// an accepted family or of the file itself; both by line, then by column.
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
	cutOff   bool     // the last of them is the file's last, and not whole
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
// rows below. A row in whose middle the file ends is the very last, and ends there again.
// Without any quarantined family it writes the header alone.
func (f *File) WriteQuarantine(w io.Writer) error {
	for i, line := range append([][]byte{f.header}, f.rows...) {
		if !bytes.HasSuffix(line, []byte("\n")) && (i < len(f.rows) || !f.cutOff) {
			line = append(slices.Clone(line), '\n') // the file's last line
		}
		if _, err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}
