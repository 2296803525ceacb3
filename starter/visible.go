package main

import (
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible is the one way to the terminal: it writes text with every character that
// a terminal would obey, or that turns the direction of writing, in a form that can
// be seen, such as \x1b or \u202e. Lines and tabs stay.
type visible struct {
	to   io.Writer
	rest []byte // the beginning of a character that is not whole yet
}

// Write writes text, and never fails but as the writer under it does.
func (v *visible) Write(text []byte) (int, error) {
	all := append(v.rest, text...)
	whole := len(all)
	for cut := 1; cut < utf8.UTFMax && cut <= len(all); cut++ {
		if tail := all[len(all)-cut:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				whole -= cut
			}
			break
		}
	}
	v.rest = append([]byte(nil), all[whole:]...)
	if _, err := io.WriteString(v.to, shownVisibly(string(all[:whole]))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// shownVisibly writes out what a terminal would obey.
func shownVisibly(text string) string {
	if !strings.ContainsFunc(text, obeyed) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if obeyed(r) {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func obeyed(r rune) bool {
	return (unicode.IsControl(r) && r != '\n' && r != '\t') || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}
