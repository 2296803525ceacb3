package disclosure_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"

	"hame/internal/disclosure"
)

// total is a count that is split in one way into parts named a, b, c and so on. All grow.
func total(parts ...int) *disclosure.Count {
	all := &disclosure.Count{Name: "all", Grows: true}
	var of []*disclosure.Count
	for i, n := range parts {
		all.N += n
		of = append(of, &disclosure.Count{Name: string(rune('a' + i)), N: n, Grows: true})
	}
	all.Split(of...)
	return all
}

// TestWhatIsHidden: [c] is a hidden count.
func TestWhatIsHidden(t *testing.T) {
	const c = -1
	for _, x := range []struct {
		what  string
		parts []int
		shown []int // the total first
	}{
		{"nothing is small", []int{10, 20}, []int{30, 10, 20}},
		{"a nought speaks of nobody", []int{0, 30}, []int{30, 0, 30}},
		{"one small part takes the next smallest with it", []int{3, 10, 20}, []int{33, c, c, 20}},
		{"two small parts that come to five are enough", []int{3, 4, 20}, []int{27, c, c, 20}},
		{"two small parts that come to less take a third", []int{1, 2, 10, 20}, []int{33, c, c, c, 20}},
		{"a nought is hidden beside them, so that nobody knows who is in it", []int{3, 4, 0, 20}, []int{27, c, c, c, 20}},
		{"where no part is left the total goes", []int{3, 0}, []int{c, c, c}},
		{"a small total of small parts", []int{2, 2}, []int{c, c, c}},
		{"one city and five councils with one family each", []int{1062, 1, 1, 1, 1, 1, 0, 0},
			[]int{1067, 1062, c, c, c, c, c, c, c}},
	} {
		r := disclosure.Publish([]*disclosure.Count{total(x.parts...)}, disclosure.Release{})
		shown := []int{}
		for i := range x.shown {
			name := "all"
			if i > 0 {
				name = string(rune('a' + i - 1))
			}
			n, ok := r.Shown[name]
			if !ok {
				n = c
				require.GreaterOrEqual(t, r.Interval(name).Width(), disclosure.Threshold, "%s: %s", x.what, name)
			}
			shown = append(shown, n)
		}
		require.Equal(t, x.shown, shown, x.what)
	}
}

// TestASmallChangeIsHidden: 12 families of a council were published at the end of March. In
// June they are 13: that one came is not to be told.
func TestASmallChangeIsHidden(t *testing.T) {
	march := disclosure.Publish([]*disclosure.Count{total(12, 30, 40)}, disclosure.Release{})
	require.Len(t, march.Shown, 4)
	june := disclosure.Publish([]*disclosure.Count{total(13, 30, 47)}, march)
	require.NotContains(t, june.Shown, "a")
	require.NotContains(t, june.Shown, "c", "with it and the total, the 13 could be had")
	require.Equal(t, 30, june.Shown["b"], "nothing has changed there, and it would hide nothing")
	september := disclosure.Publish([]*disclosure.Count{total(14, 30, 120)}, june)
	require.NotContains(t, september.Shown, "a", "two since it was last published")
	december := disclosure.Publish([]*disclosure.Count{total(300, 30, 200)}, september)
	require.Equal(t, 300, december.Shown["a"])
}

// quarter is what a reader has of one quarter: the trees, and what was shown of them.
type quarter struct {
	roots   []*disclosure.Count
	release disclosure.Release
	before  map[string]int // what was last published of each count before
}

// reader works out, by linear programming, what follows from everything that two quarters
// tell: every sum, every published count, that no count is negative, and if growing that
// no count which grows became smaller, or is smaller than it was ever published before.
type reader struct {
	quarters []quarter
	growing  bool
	column   map[string]int // of a hidden count, by quarter and name
	a        [][]float64    // equalities
	b        []float64
	slacks   int
	fixed    []float64 // what was published before the first of the quarters, a lower bound
}

func key(q int, name string) string { return fmt.Sprintf("%d %s", q, name) }

func newReader(growing bool, before map[string]int, quarters ...quarter) *reader {
	r := &reader{quarters: quarters, growing: growing, column: map[string]int{}}
	var counts []*disclosure.Count
	each := func(do func(q int, c *disclosure.Count)) {
		for q := range quarters {
			var walk func(c *disclosure.Count)
			walk = func(c *disclosure.Count) {
				do(q, c)
				for _, parts := range c.Splits {
					for _, p := range parts {
						walk(p)
					}
				}
			}
			for _, root := range quarters[q].roots {
				walk(root)
			}
		}
	}
	each(func(q int, c *disclosure.Count) {
		if _, shown := quarters[q].release.Shown[c.Name]; !shown {
			r.column[key(q, c.Name)] = len(counts)
			counts = append(counts, c)
			low := 0
			if last, known := before[c.Name]; known && growing && c.Grows {
				low = min(last, c.N)
			}
			r.fixed = append(r.fixed, float64(low))
		}
	})
	each(func(q int, c *disclosure.Count) {
		for _, parts := range c.Splits {
			row, rest := make([]float64, len(counts)), 0.0
			term := func(c *disclosure.Count, sign float64) {
				if i, hidden := r.column[key(q, c.Name)]; hidden {
					row[i] += sign
					rest -= sign * r.fixed[i]
				} else {
					rest -= sign * float64(c.N)
				}
			}
			for _, p := range parts {
				term(p, 1)
			}
			term(c, -1)
			if slices.ContainsFunc(row, func(x float64) bool { return x != 0 }) {
				r.a, r.b = append(r.a, row), append(r.b, rest)
			}
		}
	})
	if growing {
		each(func(q int, c *disclosure.Count) {
			if q == 0 || !c.Grows {
				return
			}
			earlier := find(quarters[q-1].roots, c.Name)
			if earlier == nil || c.N < earlier.N {
				return // it has become smaller: no reader can hold that it does not
			}
			row, rest := make([]float64, len(counts)), 0.0
			for _, x := range []struct {
				q    int
				c    *disclosure.Count
				sign float64
			}{{q, c, 1}, {q - 1, earlier, -1}} {
				if i, hidden := r.column[key(x.q, c.Name)]; hidden {
					row[i] += x.sign
					rest -= x.sign * r.fixed[i]
				} else {
					rest -= x.sign * float64(x.c.N)
				}
			}
			if slices.ContainsFunc(row, func(x float64) bool { return x != 0 }) {
				r.slacks++
				for i := range r.a {
					r.a[i] = append(r.a[i], 0)
				}
				row = append(row, make([]float64, r.slacks)...)
				row[len(row)-1] = -1
				r.a, r.b = append(r.a, row), append(r.b, rest)
			}
		})
	}
	return r
}

func find(counts []*disclosure.Count, name string) *disclosure.Count {
	for _, c := range counts {
		if c.Name == name {
			return c
		}
		for _, parts := range c.Splits {
			if found := find(parts, name); found != nil {
				return found
			}
		}
	}
	return nil
}

// interval is what the reader works out of a hidden count.
func (r *reader) interval(t testing.TB, q int, name string) (low, high float64) {
	t.Helper()
	column := r.column[key(q, name)]
	rows, columns := r.linked(column)
	rows = r.independent(rows)
	if len(rows) == 0 {
		return r.fixed[column], math.Inf(1)
	}
	a, b := mat.NewDense(len(rows), len(columns), nil), make([]float64, len(rows))
	for i, row := range rows {
		b[i] = r.b[row]
		for j, c := range columns {
			if c < len(r.a[row]) {
				a.Set(i, j, r.a[row][c])
			}
		}
	}
	bound := func(sign float64) float64 {
		objective := make([]float64, len(columns))
		objective[slices.Index(columns, column)] = sign
		opt, _, err := lp.Simplex(objective, a, slices.Clone(b), 1e-9, nil)
		if errors.Is(err, lp.ErrUnbounded) {
			return math.Inf(1)
		}
		require.NoError(t, err, "what was published is true, and so possible: %s", name)
		return sign*opt + r.fixed[column]
	}
	return bound(1), bound(-1)
}

// linked are the equalities that a hidden count stands in, in however many steps, and the
// counts in them: the others tell nothing of it.
func (r *reader) linked(column int) (rows, columns []int) {
	columns = []int{column}
	for i := 0; i < len(columns); i++ {
		for n, row := range r.a {
			if columns[i] >= len(row) || row[columns[i]] == 0 || slices.Contains(rows, n) {
				continue
			}
			rows = append(rows, n)
			for c, x := range row {
				if x != 0 && !slices.Contains(columns, c) {
					columns = append(columns, c)
				}
			}
		}
	}
	return rows, columns
}

// independent leaves out the equalities that say what others say already: the solver takes
// none of them.
func (r *reader) independent(rows []int) []int {
	var kept []int
	var reduced [][]float64
	var pivots []int
	for _, n := range rows {
		row := make([]float64, len(r.fixed)+r.slacks)
		copy(row, r.a[n])
		for i, pivot := range pivots {
			if factor := row[pivot] / reduced[i][pivot]; factor != 0 {
				for c := range row {
					row[c] -= factor * reduced[i][c]
				}
			}
		}
		if pivot := slices.IndexFunc(row, func(x float64) bool { return math.Abs(x) > 1e-9 }); pivot >= 0 {
			kept, reduced, pivots = append(kept, n), append(reduced, row), append(pivots, pivot)
		}
	}
	return kept
}

// narrow lists the hidden counts of which the reader works out an interval narrower than a
// width.
// but for noughts that were last published as nought.
func (r *reader) narrow(t testing.TB, width float64) []string {
	t.Helper()
	var found []string
	for _, k := range slices.Sorted(maps.Keys(r.column)) {
		var q int
		_, err := fmt.Sscanf(k, "%d", &q)
		require.NoError(t, err)
		if nought := find(r.quarters[q].roots, k[2:]).N == 0; nought {
			if last, known := r.quarters[q].before[k[2:]]; known && last == 0 {
				continue
			}
		}
		low, high := r.interval(t, q, k[2:])
		if high-low < width-1e-6 {
			found = append(found, fmt.Sprintf("%s is %v to %v", k, low, high))
		}
	}
	return found
}

// programme is a made-up backlog, whose counts are split as the published ones are.
type programme struct {
	draw              *rand.Rand
	families, decided []int // by council
	states            []int // of those who are not decided
	resolved          int
	people            []int // waiting, granted in two ways, refused, ended in two ways
	children          []int
	missed            []int
}

func newProgramme(seed uint64) *programme {
	draw := rand.New(rand.NewPCG(seed, 17))
	councils := 2 + draw.IntN(6)
	p := &programme{draw: draw, families: make([]int, councils), decided: make([]int, councils), states: make([]int, 3),
		people: make([]int, 6), children: make([]int, 6), missed: make([]int, 2+draw.IntN(6))}
	p.passes()
	return p
}

// few is mostly small: what is to be hidden.
func (p *programme) few() int { return []int{0, 0, 1, 1, 2, 3, 4, 5, 7, 12, 60}[p.draw.IntN(11)] }

// passes lets a quarter pass: families come, some are decided, deadlines are missed.
func (p *programme) passes() {
	still := p.draw.IntN(4) == 0 // a quarter in which little happens
	few := func() int {
		if still && p.draw.IntN(4) > 0 {
			return 0
		}
		return p.few()
	}
	waiting := 0
	for i := range p.families {
		p.families[i] += few()
		if i == 0 && !still {
			p.families[i] += 200 // one city has most of them
		}
		p.decided[i] += p.draw.IntN(min(1+few(), 1+p.families[i]-p.decided[i]))
		waiting += p.families[i] - p.decided[i]
	}
	p.states[0] = p.draw.IntN(1 + waiting)
	p.states[1] = p.draw.IntN(1 + waiting - p.states[0])
	p.states[2] = waiting - p.states[0] - p.states[1]
	decided := 0
	for _, n := range p.decided {
		decided += n
	}
	p.resolved += p.draw.IntN(1 + decided - p.resolved)
	for i := range p.people {
		n := few()
		p.people[i] += n
		p.children[i] += p.draw.IntN(1 + n)
	}
	for i := range p.missed {
		p.missed[i] += few()
	}
}

func (p *programme) counts() []*disclosure.Count {
	sum := func(n []int) (s int) {
		for _, x := range n {
			s += x
		}
		return s
	}
	grows := func(name string, n int) *disclosure.Count { return &disclosure.Count{Name: name, N: n, Grows: true} }
	families, decided := grows("families", sum(p.families)), grows("decided", sum(p.decided))
	waiting := &disclosure.Count{Name: "waiting", N: families.N - decided.N}
	families.Split(decided, waiting)
	var of, not []*disclosure.Count
	for i, n := range p.decided {
		of = append(of, grows(fmt.Sprintf("decided in %d", i), n))
		not = append(not, &disclosure.Count{Name: fmt.Sprintf("waiting in %d", i), N: p.families[i] - n})
	}
	decided.Split(of...)
	waiting.Split(not...)
	decided.Split(grows("resolved", p.resolved), &disclosure.Count{Name: "not resolved", N: decided.N - p.resolved})
	waiting.Split(&disclosure.Count{Name: "unlisted", N: p.states[0]}, &disclosure.Count{Name: "review", N: p.states[1]},
		&disclosure.Count{Name: "archived", N: p.states[2]})
	people := grows("people", sum(p.people))
	part := func(name string, of ...int) *disclosure.Count {
		c := grows(name, 0)
		children := 0
		var kinds []*disclosure.Count
		for _, i := range of {
			c.N, children = c.N+p.people[i], children+p.children[i]
			kinds = append(kinds, grows(fmt.Sprintf("%s %d", name, i), p.people[i]))
		}
		if len(of) > 1 {
			c.Split(kinds...)
		}
		c.Split(grows(name+" children", children), grows(name+" adults", c.N-children))
		return c
	}
	people.Split(part("people who wait", 0), part("granted", 1, 2), part("refused", 3), part("ended", 4, 5))
	missed := grows("missed", sum(p.missed))
	var by []*disclosure.Count
	for i, n := range p.missed {
		by = append(by, grows(fmt.Sprintf("missed by %d", i), n))
	}
	missed.Split(by...)
	return []*disclosure.Count{families, people, missed, grows("waived", p.people[5]/3)}
}

// TestNothingHiddenIsWorkedOut is the check of what is published, over 120 programmes and
// four quarters of each: linear programming over all tables of a quarter and of the one before
// finds at least five's width for each hidden count. A reader who holds that counts only grow
// finds an interval too.
func TestNothingHiddenIsWorkedOut(t *testing.T) {
	hidden, shown := 0, 0
	for seed := range uint64(120) {
		p := newProgramme(seed)
		var before, last disclosure.Release
		var earlier quarter
		for q := range 4 {
			roots := p.counts()
			now := quarter{roots, disclosure.Publish(roots, last), last.Last}
			for name, n := range now.release.Shown {
				require.False(t, n > 0 && n < disclosure.Threshold, "%d %s", n, name)
				was, known := last.Last[name]
				require.False(t, known && n != was && n-was < disclosure.Threshold && was-n < disclosure.Threshold,
					"%s was %d and is %d", name, was, n)
			}
			quarters := []quarter{now}
			if q > 0 {
				quarters = []quarter{earlier, now}
			}
			apart := newReader(false, nil, quarters...)
			require.Empty(t, apart.narrow(t, disclosure.Threshold), "seed %d, quarter %d", seed, q)
			require.Empty(t, newReader(true, before.Last, quarters...).narrow(t, 1), "seed %d, quarter %d, growing", seed, q)
			hidden, shown = hidden+len(apart.column), shown+len(now.release.Shown)
			before, last, earlier = last, now.release, now
			p.passes()
		}
	}
	t.Logf("%d hidden, %d shown", hidden, shown)
	require.Greater(t, shown, hidden/8, "the tables still serve")
}

// TestTheIntervalsAreExact: what Publish holds that a reader can work out is what linear
// programming works out.
func TestTheIntervalsAreExact(t *testing.T) {
	for seed := range uint64(60) {
		roots := newProgramme(seed).counts()
		now := quarter{roots, disclosure.Publish(roots, disclosure.Release{}), nil}
		r := newReader(true, nil, now)
		for k := range r.column {
			low, high := r.interval(t, 0, k[2:])
			is := now.release.Interval(k[2:])
			require.InDelta(t, float64(is.Low), low, 1e-6, "seed %d %s", seed, k)
			if is.High < disclosure.Unbounded {
				require.InDelta(t, float64(is.High), high, 1e-6, "seed %d %s", seed, k)
			} else {
				require.True(t, math.IsInf(high, 1), "seed %d %s", seed, k)
			}
		}
	}
}

// TestTheCheckBites: a hidden count that is shown by a slip, or only the small counts
// hidden, is found by the check.
func TestTheCheckBites(t *testing.T) {
	found, tried := 0, 0
	for seed := range uint64(40) {
		roots := newProgramme(seed).counts()
		r := disclosure.Publish(roots, disclosure.Release{})
		naive := disclosure.Release{Shown: map[string]int{}}
		var walk func(c *disclosure.Count)
		walk = func(c *disclosure.Count) {
			if c.N == 0 || c.N >= disclosure.Threshold {
				naive.Shown[c.Name] = c.N
			}
			for _, parts := range c.Splits {
				for _, p := range parts {
					walk(p)
				}
			}
		}
		for _, root := range roots {
			walk(root)
		}
		if len(naive.Shown) == len(r.Shown) {
			continue
		}
		tried++
		if len(newReader(false, nil, quarter{roots, naive, nil}).narrow(t, disclosure.Threshold)) > 0 {
			found++
		}
	}
	require.Greater(t, tried, 20)
	require.Greater(t, 10*found, 8*tried, "hiding the small counts alone is not enough, and the check says so")

	// One cell too much, in a table whose others are rightly hidden.
	all := total(3, 10, 20)
	r := disclosure.Publish([]*disclosure.Count{all}, disclosure.Release{})
	r.Shown["b"] = 10
	require.NotEmpty(t, newReader(false, nil, quarter{[]*disclosure.Count{all}, r, nil}).narrow(t, 1))
}
