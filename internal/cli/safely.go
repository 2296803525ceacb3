package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is told of one thing that went wrong: so many lines of so many characters
// [D]. What is longer is cut in its middle, for what to do next stands at its end.
const (
	MaxLines      = 40
	MaxCharacters = 400
)

// Safely makes a message fit for a terminal, whatever it quotes of what was
// typed or stands in a file: short, and without characters that it would obey.
func Safely(message string) string {
	lines := strings.Split(strings.ToValidUTF8(message, "\ufffd"), "\n")
	if more := len(lines) - MaxLines; more > 0 {
		lines = append(lines[:MaxLines], fmt.Sprintf("and %d more lines", more))
	}
	for i, line := range lines {
		runes := []rune(strings.Map(func(r rune) rune {
			switch {
			case r == '\t':
				return ' '
			case !unicode.IsGraphic(r):
				return unicode.ReplacementChar
			}
			return r
		}, line))
		if len(runes) > MaxCharacters {
			runes = slices.Concat(runes[:MaxCharacters/2], []rune(" … "), runes[len(runes)-MaxCharacters/2:])
		}
		lines[i] = string(runes)
	}
	return strings.Join(lines, "\n")
}

// Visible is the one way to the terminal: it writes text with every character that
// a terminal would obey, or that turns the direction of writing, in a form that can
// be seen, such as \x1b or \u202e. Lines and tabs stay.
type Visible struct {
	To   io.Writer
	rest []byte // the beginning of a character that is not whole yet
}

// Write writes text, and never fails but as the writer under it does.
func (v *Visible) Write(text []byte) (int, error) {
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
	if _, err := io.WriteString(v.To, Visibly(string(all[:whole]))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// Visibly writes out what a terminal would obey.
func Visibly(text string) string {
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
	return (unicode.IsControl(r) && r != '\n' && r != '\t') || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' ||
		r == '\u2029'
}
