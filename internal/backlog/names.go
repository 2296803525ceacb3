package backlog

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"hame/internal/typography"
)

// letters are those that Unicode does not decompose but that are spelt
// differently on two files of one person: Latin letters with a stroke, ligatures,
// the Turkish dotless i, and the Persian and Urdu forms of Arabic letters.
var letters = strings.NewReplacer(
	"ø", "o", "ł", "l", "đ", "d", "ħ", "h", "ı", "i", "æ", "ae", "œ", "oe", "þ", "th", "ð", "d",
	"ی", "ي", "ى", "ي", "ک", "ك", "ة", "ه", "ە", "ه", "ـ", "",
)

// NameKey returns a name normalised for finding duplicates: without accents,
// letter case, punctuation and word order, so that "O'Brien, Zoë" and
// "zoe OBRIEN" are the same. It works for every script; marks are dropped only
// in scripts that can be read without them (Latin, Greek, Cyrillic, Arabic,
// Hebrew), since in others, such as Devanagari, they are vowels. A hyphen parts
// words; any other punctuation is dropped. The key is empty if no letter or
// digit remains.
func NameKey(family, given string) string {
	folded := letters.Replace(cases.Fold().String(norm.NFKD.String(family + " " + given)))
	var b strings.Builder
	unmarked := false // the last letter's script reads without marks
	for _, r := range folded {
		switch {
		case typography.Unseen(r): // some count as letters
		case unicode.IsMark(r):
			if !unmarked {
				b.WriteRune(r)
			}
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			unmarked = unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew)
			b.WriteRune(r)
		case typography.Space(r) || unicode.Is(unicode.Pd, r):
			b.WriteRune(' ')
		}
	}
	words := strings.Fields(b.String())
	slices.Sort(words)
	key := strings.Join(words, " ")
	if !strings.ContainsFunc(key, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return ""
	}
	return key
}
