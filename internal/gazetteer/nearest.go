package gazetteer

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"hame/internal/typography"
)

// fold returns a name in lower case, without accents and punctuation, its words
// parted by single spaces. Apostrophes, and what can't be seen, part no words.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r) || typography.Unseen(r) || typography.Apostrophe(r):
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

// shortestWord is how many letters a text has at least that is compared by its letters:
// of a shorter one each letter counts too much.
const shortestWord = 4

// Nearest returns the known name that s is probably meant for, and false if none is
// near. Near are a name that s abbreviates by its initials ("dob"); a code of one letter
// that s begins with ("female"); a name whose words s begins with ("Fife Region"); and a
// name, or a beginning of one, that a few slips of the hand turn into s: one slip of four
// letters, two of eight, three of twelve [D]. Of two names that are as near, the first is
// taken.
func Nearest(s string, known []string) (string, bool) {
	s = fold(s)
	if runes := []rune(s); len(runes) > longestName {
		s = string(runes[:longestName])
	}
	given := []rune(s)
	if len(given) < 2 {
		return "", false
	}
	best, fewest := "", -1
	for _, name := range known {
		folded := fold(name)
		if s == initials(folded) || len(folded) == 1 && strings.HasPrefix(s, folded) {
			return name, true
		}
		if n, near := distance(given, []rune(folded)); near && (fewest < 0 || n < fewest) {
			best, fewest = name, n
		}
	}
	return best, fewest >= 0
}

// distance returns how far a name is from what was given, in halves of a slip, and
// whether that is near. A beginning costs half a slip.
func distance(given, name []rune) (int, bool) {
	if strings.HasPrefix(string(given), string(name)+" ") {
		return 1, true
	}
	n := min(2*slips(given, name), 2*slips(given, name[:min(len(given), len(name))])+1)
	if len(given) < shortestWord {
		return n, n == 1 && len(given) > 2 // a beginning of three letters
	}
	return n, n/2 <= min(len(given)/shortestWord, mostSlips)
}

// mostSlips is the most slips of the hand that a name may be away [D].
const mostSlips = 3

func initials(folded string) string {
	var b strings.Builder
	for _, word := range strings.Fields(folded) {
		b.WriteRune([]rune(word)[0])
	}
	return b.String()
}

// slips counts the letters to add, leave out, replace or swap with their neighbour to
// turn a into b (the restricted distance of Damerau and Levenshtein).
func slips(a, b []rune) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j, y := range b {
			cost := row[j]
			if x != y {
				cost++
			}
			next[j+1] = min(cost, next[j]+1, row[j+1]+1)
			if i > 0 && j > 0 && x == b[j-1] && a[i-1] == y {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
