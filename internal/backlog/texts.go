package backlog

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"hame/internal/typography"
)

// readTexts takes each cell's text, trimmed, unless the text itself is at fault.
func (m *maker) readTexts(x *row) {
	for i, c := range m.header.columns {
		text := x.cells[i].text
		trimmed := strings.TrimSpace(text)
		if why := textFault(trimmed, c); why != "" {
			m.fault(x, c.name, "%s", why)
			x.faulty[c.name] = true
			continue
		}
		if isSpreadsheetError(trimmed) && c.kind != ofReference && c.name != "family" {
			if c.kind == ofText {
				m.warn(x, c.name,
					"%s is a spreadsheet's error, taken as empty: put the value right in the spreadsheet, and export it "+
						"again", quoted(trimmed))
				continue
			}
			m.fault(x, c.name,
				"%s is a spreadsheet's error: put the value right in the spreadsheet, and export it again", quoted(trimmed))
			x.faulty[c.name] = true
			continue
		}
		value := m.seen(x, c, trimmed)
		x.values[c.name] = strings.ReplaceAll(value, "\r\n", "\n")
		// Blanks in the reference's column are a placeholder: see person.
		if trimmed != text && (trimmed != "" || c.name != "home_office_ref") {
			m.warn(x, c.name, "spaces trimmed")
		}
	}
}

// seen returns a text as people see it, and warns of what it lost or had lost before.
func (m *maker) seen(x *row, c column, text string) string {
	kept, lost := typography.Text(text)
	if c.kind != ofText && c.kind != ofName {
		// No script is needed in a key, a code or a date, so that nothing unseen is.
		kept, lost = typography.Plain(text), nil
		if c.kind == ofKey {
			kept = typography.Key(text)
		}
		for _, r := range text {
			if typography.Unseen(r) {
				lost = append(lost, r)
			}
		}
	}
	var left, spaces []rune
	for _, r := range lost {
		if typography.Space(r) {
			spaces = append(spaces, r)
		} else {
			left = append(left, r)
		}
	}
	if left != nil {
		m.warn(x, c.name, "characters that can't be seen (%s), left out", codePoints(left))
	}
	what := lostLetters(text, c.kind)
	if spaces != nil && what == "" { // a space may be what is left of a letter
		m.warn(x, c.name, "spaces of another kind (%s), taken as plain ones", codePoints(spaces))
	}
	switch {
	case what == "" || c.kind == ofReference || c.kind == ofCode || c.kind == ofDate: // told where the value is read
	case c.kind == ofKey:
		m.fault(x, c.name, "%s: nobody can tell which key it was", what)
		x.faulty[c.name] = true
	default:
		m.warn(x, c.name, "%s: ask for the file in UTF-8, or type the text again", what)
	}
	return strings.TrimSpace(kept)
}

// codePoints names characters that can't be shown, each once.
func codePoints(characters []rune) string {
	var names []string
	told := map[rune]bool{}
	for _, r := range characters {
		if !told[r] {
			names = append(names, fmt.Sprintf("U+%04X", r))
		}
		told[r] = true
		if len(names) == 5 {
			break
		}
	}
	return strings.Join(names, ", ")
}

// spreadsheetError is what a spreadsheet shows in place of a value that it can't compute,
// in any language, and the marks of a column that is too narrow to show one.
var spreadsheetError = regexp.MustCompile(`^(?i)(#N/?[AV]|#[A-ZÀ-Ý0-9/_]+[!?¿¡]|#GETTING_DATA|#+|ERR:[0-9]{3})$`)

// isSpreadsheetError reports whether a text is a spreadsheet's error.
func isSpreadsheetError(text string) bool {
	return (strings.HasPrefix(text, "#") || len(text) == len("Err:502")) && spreadsheetError.MatchString(text)
}

// textFault says what is wrong with a text as a text, in any column. It never
// repeats the text.
func textFault(text string, c column) string {
	if !utf8.ValidString(text) {
		for i, r := range text {
			if r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD") {
				return fmt.Sprintf(
					"invalid UTF-8 at byte %d of the field (hexadecimal %02X): save the file as UTF-8", i+1, text[i])
			}
		}
	}
	limit := c.limit
	if limit == 0 {
		limit = maxField
	}
	if n := utf8.RuneCountInString(text); n > limit {
		return fmt.Sprintf("too long: %d characters, expected at most %d", n, limit)
	}
	if c.lines {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", ""), "\n", "")
	}
	for i, r := range []rune(text) {
		if unicode.IsControl(r) {
			return fmt.Sprintf("a control character (U+%04X) as character %d of the field", r, i+1)
		}
		if (r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069') {
			return fmt.Sprintf(
				"a mark that turns the direction of writing (U+%04X) as character %d of the field: type the text "+
					"again", r, i+1)
		}
	}
	return ""
}
