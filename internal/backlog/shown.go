package backlog

import (
	"strconv"
	"strings"
	"unicode"

	"hame/internal/typography"
)

// shorten cuts s to n characters.
func shorten(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n]) + "…"
	}
	return s
}

// quoted shows a file's value in a reason: short, and with anything that would
// upset a terminal escaped.
func quoted(s string) string { return strconv.Quote(shorten(s, 40)) }

// shown makes a family key fit to be shown: short, and without characters that
// would upset a terminal.
func shown(key string) string {
	return shorten(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || typography.Unseen(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(key, string(unicode.ReplacementChar))), 60)
}
