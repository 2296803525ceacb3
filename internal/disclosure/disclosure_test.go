package disclosure_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"hame/internal/disclosure"
)

func TestSuppress(t *testing.T) {
	for _, c := range []struct {
		what   string
		counts []int // the first is the total of the others
		hidden []bool
	}{
		{"nothing is small", []int{30, 10, 20}, []bool{false, false, false}},
		{"a nought speaks of nobody", []int{30, 0, 30}, []bool{false, false, false}},
		{"one small part takes the next smallest with it", []int{33, 3, 10, 20}, []bool{false, true, true, false}},
		{"two small parts that come to five or more are enough", []int{27, 3, 4, 20}, []bool{false, true, true, false}},
		{"two small parts that come to less take a third", []int{33, 1, 2, 10, 20}, []bool{false, true, true, true, false}},
		{"where no part is left the total goes", []int{3, 3, 0}, []bool{true, true, false}},
		{"a small total of small parts", []int{4, 2, 2}, []bool{true, true, true}},
	} {
		var parts []int
		for i := range c.counts[1:] {
			parts = append(parts, i+1)
		}
		require.Equal(t, c.hidden, disclosure.Suppress(c.counts, []disclosure.Sum{{Total: 0, Parts: parts}}), c.what)
	}
}

// A table of rows and columns with their sums: the hidden cell of one row could be
// had from its column, however many steps it takes.
func TestATableIsNotWorkedOutFromItsMargins(t *testing.T) {
	//        lane    a    b   all
	//        one     3   40    43
	//        two    20   30    50
	//        all    23   70    93
	counts := []int{3, 40, 43, 20, 30, 50, 23, 70, 93}
	sums := []disclosure.Sum{{2, []int{0, 1}}, {5, []int{3, 4}}, {8, []int{6, 7}}, {6, []int{0, 3}}, {7, []int{1, 4}}, {8, []int{2, 5}}}
	hidden := disclosure.Suppress(counts, sums)
	require.True(t, hidden[0])
	n := 0
	for _, h := range hidden {
		if h {
			n++
		}
	}
	require.GreaterOrEqual(t, n, 4, "a cell in a table with margins takes three others with it: %v", hidden)
	require.False(t, hidden[8], "all together stays")
}

// In any table, no small count is shown, no shown total tells its hidden
// parts, and no sum has a single hidden cell.
func TestNothingHiddenFollows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 4).Draw(t, "columns")
		at := func(r, c int) int { return r*(columns+1) + c }
		counts := make([]int, (rows+1)*(columns+1))
		for r := range rows {
			for c := range columns {
				n := rapid.SampledFrom([]int{0, 0, 1, 2, 4, 5, 7, 12, 40}).Draw(t, "n")
				for _, cell := range []int{at(r, c), at(rows, c), at(r, columns), at(rows, columns)} {
					counts[cell] += n
				}
			}
		}
		var sums []disclosure.Sum
		for r := range rows + 1 {
			s := disclosure.Sum{Total: at(r, columns)}
			for c := range columns {
				s.Parts = append(s.Parts, at(r, c))
			}
			sums = append(sums, s)
		}
		for c := range columns + 1 {
			s := disclosure.Sum{Total: at(rows, c)}
			for r := range rows {
				s.Parts = append(s.Parts, at(r, c))
			}
			sums = append(sums, s)
		}
		hidden := disclosure.Suppress(counts, sums)
		for i, n := range counts {
			if n > 0 && n < disclosure.Threshold && !hidden[i] {
				t.Fatalf("%d is shown", n)
			}
		}
		for _, s := range sums {
			n, together := 0, 0
			for _, p := range s.Parts {
				if hidden[p] {
					n, together = n+1, together+counts[p]
				}
			}
			if !hidden[s.Total] && n > 0 && (n == 1 || together < disclosure.Threshold) {
				t.Fatalf("%v of %v with %v hidden tells its parts", s, counts, hidden)
			}
		}
		for _, sum := range sums {
			unknown := 0
			for _, c := range append([]int{sum.Total}, sum.Parts...) {
				if hidden[c] {
					unknown++
				}
			}
			if unknown == 1 {
				t.Fatalf("a cell of %v follows: %v hidden %v", sum, counts, hidden)
			}
		}
	})
}
