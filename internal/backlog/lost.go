package backlog

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// doubtful is a question mark inside a word, or several in a row: what programs write for
// a letter that they don't know.
var doubtful = regexp.MustCompile(`\p{L}\?+\p{L}|\?\?`)

// lostLetters says that letters of a text were lost or garbled before the file came
// here, and "" if that can't be seen. A question mark is one only in a name.
func lostLetters(text string, k kind) string {
	switch {
	case strings.ContainsRune(text, utf8.RuneError):
		return "a letter was lost before the file came here (U+FFFD stands in its place)"
	case k == ofName && doubtful.MatchString(text):
		return "a letter was probably lost before the file came here (a question mark stands in its place)"
	case garbled(text):
		return "letters were garbled before the file came here (UTF-8 was read as another encoding)"
	}
	return ""
}

// misread are the encodings that UTF-8 is read as by mistake. The number is how many
// characters of a text that looks so it takes to be sure: letters of Windows-1251 make
// words.
var misread = []struct {
	as    *charmap.Charmap
	least int
}{{charmap.Windows1252, 2}, {charmap.Windows1251, 4}, {charmap.CodePage437, 2}}

// garbled reports whether a text is one in UTF-8 that was read as another encoding, such
// as "ZoÃ«": the bytes of its letters beyond ASCII are UTF-8 again.
func garbled(text string) bool {
	for _, run := range strings.FieldsFunc(text, func(r rune) bool { return r < utf8.RuneSelf }) {
		for _, m := range misread {
			if utf8.RuneCountInString(run) >= m.least && isUTF8As(m.as, run) &&
				(m.as != charmap.Windows1252 || unlikely(run)) {
				return true
			}
		}
	}
	return false
}

// isUTF8As reports whether a run of characters, written in an encoding, is UTF-8.
func isUTF8As(as *charmap.Charmap, run string) bool {
	var bytes []byte
	for _, r := range run {
		b, ok := as.EncodeRune(r)
		if !ok && r <= 0x9F { // a byte that the encoding leaves without a character
			b, ok = byte(r), true
		}
		if !ok {
			return false
		}
		bytes = append(bytes, b)
	}
	return utf8.Valid(bytes)
}

// unlikely reports whether two characters stand side by side that no language writes so:
// "RENÉ’S" and "Úžas" are words, although their bytes are UTF-8 too.
func unlikely(run string) bool {
	before := rune(0)
	for _, r := range run {
		separates := unicode.In(r, unicode.P, unicode.Z)
		switch {
		case before == 0:
		case strings.ContainsRune("ÃÂâ", before), strings.ContainsRune("ÄÅ", before) && !separates,
			before == 'Å' && r == '\u00a0':
			return true
		case !separates && !unicode.IsLetter(r):
			return true
		}
		before = r
	}
	return false
}
