package backlog

import (
	"fmt"
	"slices"

	"hame/internal/typography"
)

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
		case rd.underNoName(x):
			reason = "a value stands in a column that has no name in the header: name the column, or take the value out"
		case rd.cutOff(x):
			reason = fmt.Sprintf("the file ends here after %d of %d columns: it may be cut off; ask for the whole file",
				len(x.cells), len(rd.header.columns))
		case !rd.fits(x):
			reason = fmt.Sprintf("%d columns, expected %d as in the header", len(x.cells), len(rd.header.columns))
		case rd.key(x) == "":
			column, reason = "family", "family is missing, so nobody can tell whose person this is"
		default:
			column, reason = "family", fmt.Sprintf(
				"family holds %s, which is no key, so nobody can tell whose person this is", quoted(rd.key(x)))
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
	if !isNoKey(own) && x.broken != "" {
		return []string{own} // what stands before the broken quote is certain
	}
	var keys []string
	for _, s := range loose(x.raw) {
		if rd.header.marked {
			s = unmarked(s)
		}
		s = typography.Key(s)
		if known[s] && !slices.Contains(keys, s) {
			keys = append(keys, s)
		}
	}
	if keys == nil && !isNoKey(own) {
		keys = []string{own}
	}
	return keys
}
