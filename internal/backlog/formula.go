package backlog

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hame/internal/typography"
)

// A spreadsheet computes a cell that begins with a sign such as "=": the cell can
// start a program or send what stands beside it elsewhere (CSV injection, OWASP). A
// quarantine file is mended in a spreadsheet. In such a file an apostrophe stands
// before each text that would be computed, and the header begins with an apostrophe
// to say so. Reading such a file takes one apostrophe off again. In any other file an
// apostrophe is part of the text.
//
// Programs don't agree where a cell begins: one splits at semicolons or tabs, one starts
// a row at a lone CR, one does not know quotes. Each place where a cell may begin gets its
// mark, also inside a cell.
const textMark = "'"

// formulaSigns are those that begin a formula, also as wide signs of East Asian type.
const formulaSigns = "-=+@\uff1d\uff0b\uff0d\uff20"

// splitsCells are the characters after which some program begins a cell.
const splitsCells = ",;\t\r\n"

// isSkipped says whether a program may drop a character that stands before a sign: white
// space, characters that nobody sees, bytes that are no UTF-8, and quotes.
func isSkipped(r rune) bool {
	return r == '"' || r == utf8.RuneError || typography.Space(r) || typography.Unseen(r) ||
		unicode.In(r, unicode.Cc, unicode.Cf)
}

// beginsFormula says whether a spreadsheet may compute a text.
func beginsFormula(text string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(text, isSkipped))
	return strings.ContainsRune(formulaSigns, first)
}

// eachStart changes what follows each place of a text where a cell may begin: from the
// first character that is not skipped to the next place.
func eachStart(text string, change func(rest string) string) string {
	var b strings.Builder
	for {
		next := strings.IndexAny(text, splitsCells) + 1
		part := text
		if next > 0 {
			part = text[:next-1]
		}
		rest := strings.TrimLeftFunc(part, isSkipped)
		b.WriteString(part[:len(part)-len(rest)])
		b.WriteString(change(rest))
		if next == 0 {
			return b.String()
		}
		b.WriteByte(text[next-1])
		text = text[next:]
	}
}

// marked puts the marks into a cell. A text that begins with apostrophes and then a sign
// gets one more, so that one can be taken off.
func marked(text string) string {
	return eachStart(text, func(rest string) string {
		if beginsFormula(strings.TrimLeft(rest, textMark)) {
			return textMark + rest
		}
		return rest
	})
}

// unmarked takes off what marked put on.
func unmarked(text string) string {
	return eachStart(text, func(rest string) string {
		if bare, ok := strings.CutPrefix(rest, textMark); ok && beginsFormula(strings.TrimLeft(bare, textMark)) {
			return bare
		}
		return rest
	})
}

// markedRow is a row as it stands in the file if no cell needs a mark. Otherwise its
// cells are written anew.
func markedRow(r record) []byte {
	cells, changed := make([]string, len(r.cells)), false
	for i, c := range r.cells {
		cells[i] = marked(c.text)
		changed = changed || cells[i] != c.text
		if strings.ContainsAny(cells[i], splitsCells+`"`) {
			cells[i] = `"` + strings.ReplaceAll(cells[i], `"`, `""`) + `"`
		}
	}
	if !changed {
		return r.raw
	}
	return append([]byte(strings.Join(cells, ",")), lineBreak(r.raw)...)
}

// markedLine is a line that can't be read, with its marks. If the file has marks already,
// a text with an apostrophe stays as it stands.
func markedLine(raw []byte, hasMarks bool) []byte {
	end := lineBreak(raw)
	line := string(raw[:len(raw)-len(end)])
	if hasMarks {
		line = eachStart(line, func(rest string) string {
			if beginsFormula(rest) {
				return textMark + rest
			}
			return rest
		})
	} else {
		line = marked(line)
	}
	return append([]byte(line), end...)
}

// lineBreak is how a row ends: in the file's last line perhaps with nothing.
func lineBreak(raw []byte) []byte { return raw[len(bytes.TrimRight(raw, "\r\n")):] }

// markedHeader begins with the mark, inside its quote if it has one.
func markedHeader(header []byte) []byte {
	at := len(header) - len(bytes.TrimLeft(header, "\ufeff \""))
	return slices.Concat(header[:at], []byte(textMark), header[at:])
}
