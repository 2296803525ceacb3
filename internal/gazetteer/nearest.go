package gazetteer

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold returns a name in lower case, without accents and punctuation, its words
// parted by single spaces. Apostrophes part no words.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
		case r == '&':
			b.WriteString(" and ")
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// longestName is how many characters of a text are compared: no known name is longer.
const longestName = 60

// Nearest returns the known name that is nearest to s: one that s abbreviates by
// its initials ("dob"), else the one that takes the fewest changes of a letter,
// of the whole name or, for half a change more, of a beginning as long as s.
func Nearest(s string, known []string) string {
	s = fold(s)
	if runes := []rune(s); len(runes) > longestName {
		s = string(runes[:longestName])
	}
	best, fewest := "", -1
	for _, name := range known {
		folded := fold(name)
		if len(s) > 1 && s == initials(folded) {
			return name
		}
		given, whole := []rune(s), []rune(folded)
		n := min(2*changes(given, whole), 2*changes(given, whole[:min(len(given), len(whole))])+1)
		if fewest < 0 || n < fewest {
			best, fewest = name, n
		}
	}
	return best
}

func initials(folded string) string {
	var b strings.Builder
	for _, word := range strings.Fields(folded) {
		b.WriteRune([]rune(word)[0])
	}
	return b.String()
}

// changes counts the letters to add, leave out or replace to turn a into b
// (Levenshtein's distance).
func changes(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
