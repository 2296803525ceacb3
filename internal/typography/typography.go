// Package typography compares text as people see it. A file that went through a word
// processor, a spreadsheet or a web page has characters that nobody sees and several
// kinds of dash, apostrophe and space. None of them makes another reference, key or code.
package typography

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// apostrophes are the characters that are typed for an apostrophe. Unicode has no
// property for them.
const apostrophes = "'’‘‛ʼʹʻʽ′´`＇՚׳ꞌ"

// slashes are the characters that are typed for a slash.
const slashes = "/⁄∕／"

// brailleBlank is a pattern of six dots, none of them raised: a space to the eye.
const brailleBlank = '\u2800'

// egyptianFrom and egyptianTo bound the format characters of hieroglyphs, which do show.
const egyptianFrom, egyptianTo = '\U00013430', '\U0001345F'

// Unseen reports whether a character leaves no mark on a page: Unicode's
// Default_Ignorable_Code_Point, such as the zero-width space, the byte-order mark, the
// soft hyphen, variation selectors, tags and the marks of direction, and the marks
// around notes between lines. Spaces are seen.
func Unseen(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return false
	case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return true
	case r >= egyptianFrom && r <= egyptianTo:
		return false
	}
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

// Space reports whether a character is a space of any kind, the no-break space included.
func Space(r rune) bool { return unicode.IsSpace(r) || r == brailleBlank }

// Apostrophe reports whether a character is typed for an apostrophe.
func Apostrophe(r rune) bool { return strings.ContainsRune(apostrophes, r) }

// Key returns a key as keys are compared: without what can't be seen, with one kind of
// space, and none at the ends.
func Key(s string) string {
	if plain(s) {
		return strings.TrimSpace(s)
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case Unseen(r):
			return -1
		case Space(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}

// Plain returns a reference, a code or a date as they are compared: as [Key] does, with
// plain dashes, apostrophes and slashes. Letters and digits stay as they are.
func Plain(s string) string {
	key := Key(s)
	if plain(key) {
		return key
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Dash, r):
			return '-'
		case Apostrophe(r):
			return '\''
		case strings.ContainsRune(slashes, r):
			return '/'
		}
		return r
	}, key)
}

// plain reports whether a text has no character beyond ASCII, as most have.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Text returns a name or another text of people as it is kept, and the characters that
// it lost, each once. What can't be seen is left out, and each kind of space becomes the
// plain one. Exception: what a script needs stays, such as the joiners of Persian and
// Tamil and a mark of direction beside Arabic or Hebrew.
func Text(s string) (kept string, lost []rune) {
	if plain(s) {
		return s, nil
	}
	var b strings.Builder
	last := rune(0) // the last letter or mark that was kept
	for _, r := range s {
		switch {
		case r != ' ' && r != '\n' && r != '\r' && r != '\t' && Space(r):
			lost = append(lost, r)
			r = ' '
		case Unseen(r) && !needed(r, last, s):
			lost = append(lost, r)
			continue
		}
		if unicode.IsLetter(r) || unicode.IsMark(r) && !Unseen(r) {
			last = r
		}
		b.WriteRune(r)
	}
	slices.Sort(lost)
	return b.String(), slices.Compact(lost)
}

// joinless are the scripts whose letters are written the same with or without a joiner.
var joinless = []*unicode.RangeTable{
	unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Georgian, unicode.Hebrew,
	unicode.Ethiopic, unicode.Thai, unicode.Lao, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana,
	unicode.Common, unicode.Inherited,
}

// needed reports whether a script needs a character that can't be seen, after the
// letter or mark that stands before it in a text.
func needed(r, last rune, text string) bool {
	switch {
	case last == 0 && !implicit(r):
		return false
	case unicode.Is(unicode.Join_Control, r):
		return unicode.IsMark(last) || !unicode.In(last, joinless...)
	case implicit(r):
		return strings.ContainsFunc(text, fromTheRight)
	case unicode.Is(unicode.Variation_Selector, r), r == '\u180e': // Mongolian's vowel separator
		return unicode.In(last, unicode.Han, unicode.Mongolian, unicode.Myanmar, unicode.Phags_Pa)
	case r == '\u17b4' || r == '\u17b5': // the vowels that Khmer implies
		return unicode.Is(unicode.Khmer, last)
	}
	return false
}

// implicit reports whether a character is a mark of direction that overrides nothing.
func implicit(r rune) bool { return r == '\u200e' || r == '\u200f' || r == '\u061c' }

// fromTheRight reports whether a character is of a script that is written from the right.
func fromTheRight(r rune) bool {
	if Unseen(r) {
		return false
	}
	properties, _ := bidi.LookupRune(r)
	return properties.Class() == bidi.R || properties.Class() == bidi.AL
}
