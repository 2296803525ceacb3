package backlog

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A spreadsheet computes a cell that begins with a sign such as "=": the cell can
// start a program or send what stands beside it elsewhere (CSV injection, OWASP). A
// quarantine file is mended in a spreadsheet. In such a file an apostrophe stands
// before each cell that would be computed, and the header begins with an apostrophe
// to say so. Reading such a file takes one apostrophe off again. In any other file an
// apostrophe is part of the text.
const textMark = "'"

// formulaSigns are those that begin a formula, also as wide signs of East Asian type.
// The hyphen comes first, where a class of a regular expression takes it as it is.
const formulaSigns = "-=+@\uff1d\uff0b\uff0d\uff20"

// beginsFormula says whether a spreadsheet may compute a cell.
func beginsFormula(text string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(text, unicode.IsSpace))
	return strings.ContainsRune(formulaSigns, first) || strings.IndexAny(text, "\t\r\n") == 0
}

// marked puts the mark before a cell that would be computed. A cell that begins with
// apostrophes and then a sign gets one more, so that one can be taken off.
func marked(text string) string {
	if beginsFormula(strings.TrimLeft(text, textMark)) {
		return textMark + text
	}
	return text
}

// unmarked takes off what marked put on.
func unmarked(text string) string {
	if rest, ok := strings.CutPrefix(text, textMark); ok && beginsFormula(strings.TrimLeft(rest, textMark)) {
		return rest
	}
	return text
}

// markedRow is a row as it stands in the file if no cell needs a mark. Otherwise its
// cells are written anew.
func markedRow(r record) []byte {
	cells, changed := make([]string, len(r.cells)), false
	for i, c := range r.cells {
		cells[i] = marked(c.text)
		changed = changed || cells[i] != c.text
		if strings.ContainsAny(cells[i], ",\"\r\n") {
			cells[i] = `"` + strings.ReplaceAll(cells[i], `"`, `""`) + `"`
		}
	}
	if !changed {
		return r.raw
	}
	return append([]byte(strings.Join(cells, ",")), lineBreak(r.raw)...)
}

// What may begin a cell that would be computed, in a line whose quotes can't be
// trusted: in a file without marks, and in one that has them.
var (
	unmarkedInLine = regexp.MustCompile(`(^|,)("?)('*\s*[` + formulaSigns + `]|'*[\t\r])`)
	barredInLine   = regexp.MustCompile(`(^|,)("?)(\s*[` + formulaSigns + `]|[\t\r])`)
)

// markedLine is a line that can't be read, with a mark at each place where a cell may begin. If
// the file has marks already, a cell with an apostrophe stays as it stands.
func markedLine(raw []byte, hasMarks bool) []byte {
	pattern := unmarkedInLine
	if hasMarks {
		pattern = barredInLine
	}
	end := lineBreak(raw)
	return append(pattern.ReplaceAll(raw[:len(raw)-len(end)], []byte("${1}${2}"+textMark+"${3}")), end...)
}

// lineBreak is how a row ends: in the file's last line perhaps with nothing.
func lineBreak(raw []byte) []byte { return raw[len(bytes.TrimRight(raw, "\r\n")):] }

// markedHeader begins with the mark, inside its quote if it has one.
func markedHeader(header []byte) []byte {
	at := len(header) - len(bytes.TrimLeft(header, "\ufeff \""))
	return slices.Concat(header[:at], []byte(textMark), header[at:])
}
