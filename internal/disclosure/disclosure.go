// Package disclosure hides what a published table of counts would tell of a few
// people: the counts under five, and those from which such a one could be worked
// out (statistical disclosure control by cell suppression; C5, R7). Pure.
package disclosure

import "math/big"

// Threshold is the smallest count of people that is published [D]. A nought is
// published too: it speaks of nobody.
const Threshold = 5

// Sum says that one cell is the sum of others, by their places in the table.
type Sum struct {
	Total int
	Parts []int
}

// Suppress tells which cells of a table to hide, given every sum that a reader
// knows to hold. It guarantees that no count from 1 to 4 is shown, that the
// hidden parts of a shown total are two at least and together five at least, and
// that no hidden cell follows from the shown ones by adding and subtracting, in
// however many steps. It can't know what other tables say of the same people.
func Suppress(counts []int, sums []Sum) []bool {
	t := &table{counts, make([]bool, len(counts)), sums}
	for i, n := range counts {
		t.hidden[i] = n > 0 && n < Threshold
	}
	for t.hideInASum() || t.hideWhatFollows() {
	}
	return t.hidden
}

type table struct {
	counts []int
	hidden []bool
	sums   []Sum
}

// hideInASum hides one more cell of a sum that tells too much by itself.
func (t *table) hideInASum() bool {
	for _, s := range t.sums {
		if t.hidden[s.Total] {
			continue
		}
		n, together := 0, 0
		for _, p := range s.Parts {
			if t.hidden[p] {
				n, together = n+1, together+t.counts[p]
			}
		}
		if n > 0 && (n == 1 || together < Threshold) && t.hideOneOf(append([]int{s.Total}, s.Parts...), s.Total) {
			return true
		}
	}
	return false
}

// hideOneOf hides the smallest shown cell that is not nought; last only where
// there is no other.
func (t *table) hideOneOf(cells []int, last int) bool {
	best := -1
	for _, c := range cells {
		if t.hidden[c] || t.counts[c] == 0 || c == last {
			continue
		}
		if best < 0 || t.counts[c] < t.counts[best] {
			best = c
		}
	}
	if best < 0 && last >= 0 && !t.hidden[last] && t.counts[last] > 0 {
		best = last
	}
	if best >= 0 {
		t.hidden[best] = true
	}
	return best >= 0
}

// hideWhatFollows solves the sums for the hidden cells; where one has a single
// solution, it hides another cell of a sum that it stands in.
func (t *table) hideWhatFollows() bool {
	for _, cell := range t.solved() {
		for _, s := range t.sums {
			cells := append([]int{s.Total}, s.Parts...)
			for _, c := range cells {
				if c == cell && t.hideOneOf(cells, -1) {
					return true
				}
			}
		}
	}
	return false
}

// solved lists the hidden cells that the sums determine, by Gaussian elimination
// over the hidden cells as unknowns.
func (t *table) solved() []int {
	var unknown []int
	column := map[int]int{}
	for i, h := range t.hidden {
		if h {
			column[i] = len(unknown)
			unknown = append(unknown, i)
		}
	}
	var rows [][]*big.Rat
	for _, s := range t.sums {
		row := make([]*big.Rat, len(unknown))
		for i := range row {
			row[i] = new(big.Rat)
		}
		found := false
		if c, ok := column[s.Total]; ok {
			row[c].SetInt64(-1)
			found = true
		}
		for _, p := range s.Parts {
			if c, ok := column[p]; ok {
				row[c].Add(row[c], big.NewRat(1, 1))
				found = true
			}
		}
		if found {
			rows = append(rows, row)
		}
	}
	rank := 0
	for c := 0; c < len(unknown) && rank < len(rows); c++ {
		pivot := rank
		for pivot < len(rows) && rows[pivot][c].Sign() == 0 {
			pivot++
		}
		if pivot == len(rows) {
			continue
		}
		rows[rank], rows[pivot] = rows[pivot], rows[rank]
		scale := new(big.Rat).Inv(rows[rank][c])
		for i := range rows[rank] {
			rows[rank][i].Mul(rows[rank][i], scale)
		}
		for r := range rows {
			if r == rank || rows[r][c].Sign() == 0 {
				continue
			}
			factor := new(big.Rat).Set(rows[r][c])
			for i := range rows[r] {
				rows[r][i].Sub(rows[r][i], new(big.Rat).Mul(factor, rows[rank][i]))
			}
		}
		rank++
	}
	var solved []int
	for _, row := range rows[:rank] {
		last, n := 0, 0
		for i, v := range row {
			if v.Sign() != 0 {
				last, n = i, n+1
			}
		}
		if n == 1 {
			solved = append(solved, unknown[last])
		}
	}
	return solved
}
