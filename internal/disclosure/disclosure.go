// Package disclosure hides what published counts would tell of a few people: small
// counts, small changes since the quarter before, and whatever these could be worked
// out from (statistical disclosure control by cell suppression; C5, R7). Pure.
//
// Published counts form trees: each count is split in one way or in several, each way
// into parts that add up to it, and stands as a part in one place only. The interval
// that a reader can work out for each hidden count is therefore exact and quickly
// found (see [Release.Interval]). Crossed tables are not published for that reason.
package disclosure

import (
	"fmt"
	"math"
)

// Threshold is the smallest count of people that is published, and the smallest width
// of what a reader can work out of a hidden one [D].
const Threshold = 5

// Unbounded is the upper end of an interval that has none.
const Unbounded = math.MaxInt32

// Count is a published count. Its name is unique in a release, and the same each quarter.
type Count struct {
	Name string
	N    int
	// Grows says that a reader expects the count never to become smaller. What was
	// published of it before is then a lower bound of a hidden one.
	Grows bool
	// Splits are the ways in which it is split; the parts of each add up to N.
	Splits [][]*Count
}

// Split adds a way in which a count is split. It panics if the parts do not add up: the
// figures would not reconcile.
func (c *Count) Split(parts ...*Count) {
	sum := 0
	for _, p := range parts {
		sum += p.N
	}
	if sum != c.N {
		panic(fmt.Sprintf("disclosure: the parts of %s come to %d, not %d", c.Name, sum, c.N))
	}
	c.Splits = append(c.Splits, parts)
}

// Release is what is published of a quarter, and what a reader knows with all before.
type Release struct {
	// Shown are the counts that are published; every other one is hidden.
	Shown map[string]int
	// Last is the last published value of each count, of this quarter or an earlier one.
	Last map[string]int
	// intervals are what can be worked out of each hidden count.
	intervals map[string]Interval
}

// Interval is what a reader can work out of a count: it is one of Low to High.
type Interval struct{ Low, High int }

// Width is how far the ends are apart, [Unbounded] if there is no upper end.
func (i Interval) Width() int {
	if i.High >= Unbounded {
		return Unbounded
	}
	return i.High - i.Low
}

// Interval returns what a reader can work out of a count from everything in the release
// and the last published value of each count that grows. It is exact for a tree.
func (r Release) Interval(name string) Interval {
	if n, shown := r.Shown[name]; shown {
		return Interval{n, n}
	}
	return r.intervals[name]
}

// Publish decides which counts of a quarter are shown. before is the release of the
// quarter before, empty for the first. It guarantees:
//
//   - no count from 1 to 4 is shown, and none that has changed by 1 to 4 since it was
//     last shown;
//   - a hidden count may be nought: where a part is hidden, parts that are nought are
//     hidden beside it;
//   - for each hidden count the [Interval] is at least [Threshold] wide. So is that of its
//     change since the last published value. Exception: a nought that was last published
//     as nought protects nobody, and a reader is taken to know it;
//   - a count that was hidden the quarter before is shown again only from the upper end
//     of what could be worked out of it then, or if that had none from five above its
//     lower end: what is shown now does not tell what was hidden.
//
// The result depends on the counts and on before alone. It can't know what somebody has
// learned elsewhere, nor that some counts of different trees move together: families that
// are decided, and people who are granted leave.
func Publish(roots []*Count, before Release) Release {
	t := &tree{before: before, hidden: map[*Count]bool{}, in: map[*Count][]*Count{}, parent: map[*Count]*Count{}}
	for _, root := range roots {
		t.add(root, nil, nil)
	}
	for _, c := range t.all {
		t.hidden[c] = t.tells(c)
	}
	for t.hideNoughts() || t.hideOneMore() {
	}
	r := Release{Shown: map[string]int{}, Last: map[string]int{}, intervals: map[string]Interval{}}
	for name, n := range before.Last {
		r.Last[name] = n
	}
	intervals := t.intervals()
	for _, c := range t.all {
		if t.hidden[c] {
			r.intervals[c.Name] = intervals[c]
		} else {
			r.Shown[c.Name], r.Last[c.Name] = c.N, c.N
		}
	}
	return r
}

// tree is a release while it is worked out. all has each count after the one that it is
// a part of.
type tree struct {
	before Release
	all    []*Count
	in     map[*Count][]*Count // the split that a count is a part of
	parent map[*Count]*Count
	hidden map[*Count]bool
}

func (t *tree) add(c, parent *Count, in []*Count) {
	t.all = append(t.all, c)
	t.parent[c], t.in[c] = parent, in
	for _, parts := range c.Splits {
		for _, p := range parts {
			t.add(p, c, parts)
		}
	}
}

// tells reports whether a count may not be shown for its own sake.
func (t *tree) tells(c *Count) bool {
	if small(c.N) {
		return true
	}
	if last, known := t.before.Last[c.Name]; known && small(c.N-last) {
		return true
	}
	if t.stillNought(c) {
		return false
	}
	i, was := t.before.intervals[c.Name]
	if i.High >= Unbounded {
		return was && c.N < i.Low+Threshold
	}
	return was && c.N < i.High
}

// stillNought reports whether a count was nought when it was last published, and is.
func (t *tree) stillNought(c *Count) bool {
	last, known := t.before.Last[c.Name]
	return known && last == 0 && c.N == 0
}

func small(n int) bool { return n != 0 && n > -Threshold && n < Threshold }

// hideNoughts hides the parts that are nought beside a hidden part. It reports whether it
// hid anything.
func (t *tree) hideNoughts() bool {
	any := false
	for _, c := range t.all {
		for _, parts := range c.Splits {
			if !t.someHidden(parts) {
				continue
			}
			for _, p := range parts {
				if p.N == 0 && !t.hidden[p] {
					t.hidden[p], any = true, true
				}
			}
		}
	}
	return any
}

func (t *tree) someHidden(parts []*Count) bool {
	for _, p := range parts {
		if t.hidden[p] {
			return true
		}
	}
	return false
}

// hideOneMore hides one more count if some hidden count could be worked out too closely.
func (t *tree) hideOneMore() bool {
	intervals := t.intervals()
	for _, c := range t.all {
		if !t.hidden[c] || t.stillNought(c) || intervals[c].Width() >= Threshold {
			continue
		}
		for _, parts := range c.Splits { // the parts would tell the whole
			if !t.someHidden(parts) && (t.hideSmallest(parts, t.slack) || t.hideSmallest(parts, whole)) {
				return true
			}
		}
		if t.hideSmallest(t.in[c], t.slack) {
			return true
		}
		if p := t.parent[c]; p != nil && !t.hidden[p] {
			t.hidden[p] = true
			return true
		}
		for _, o := range t.all { // what else is shown of the same tree
			if t.root(o) == t.root(c) && !t.hidden[o] {
				t.hidden[o] = true
				return true
			}
		}
		panic("disclosure: all of a tree is hidden, and a count follows: " + c.Name)
	}
	return false
}

func (t *tree) root(c *Count) *Count {
	for t.parent[c] != nil {
		c = t.parent[c]
	}
	return c
}

// slack is how much a reader does not know of a count once it is hidden.
func (t *tree) slack(c *Count) int { return c.N - t.least(c) }

func whole(c *Count) int { return c.N + 1 }

// least is the smallest value that a reader holds possible of a hidden count.
func (t *tree) least(c *Count) int {
	if last, known := t.before.Last[c.Name]; known && c.Grows {
		return min(last, c.N)
	}
	return 0
}

// hideSmallest hides the smallest shown part of which a reader would not know something.
func (t *tree) hideSmallest(parts []*Count, unknown func(*Count) int) bool {
	var best *Count
	for _, p := range parts {
		if !t.hidden[p] && unknown(p) > 0 && (best == nil || p.N < best.N) {
			best = p
		}
	}
	if best == nil {
		return false
	}
	t.hidden[best] = true
	return true
}

// intervals works out what a reader can: from the leaves up, what each count is by its
// parts, and then from the roots down, what each part is by the whole and the other parts.
// In a tree nothing more follows, in however many steps.
func (t *tree) intervals() map[*Count]Interval {
	is := map[*Count]Interval{}
	for _, c := range t.all {
		if is[c] = (Interval{c.N, c.N}); t.hidden[c] && !t.stillNought(c) {
			is[c] = Interval{t.least(c), Unbounded}
		}
	}
	for i := len(t.all) - 1; i >= 0; i-- {
		c := t.all[i]
		for _, parts := range c.Splits {
			is[c] = both(is[c], sum(is, parts, nil))
		}
	}
	for _, c := range t.all {
		for _, parts := range c.Splits {
			// By what the parts are from below: changing one does not narrow the next.
			narrowed := make([]Interval, len(parts))
			for i, p := range parts {
				others := sum(is, parts, p)
				by := Interval{is[c].Low - others.High, Unbounded}
				if is[c].High < Unbounded {
					by.High = is[c].High - others.Low
				}
				narrowed[i] = both(is[p], by)
			}
			for i, p := range parts {
				is[p] = narrowed[i]
			}
		}
	}
	return is
}

// sum adds the intervals of parts, but for one of them.
func sum(is map[*Count]Interval, parts []*Count, but *Count) Interval {
	var s Interval
	for _, p := range parts {
		if p == but {
			continue
		}
		s.Low += is[p].Low
		s.High = min(Unbounded, s.High+is[p].High)
	}
	return s
}

func both(a, b Interval) Interval { return Interval{max(a.Low, b.Low), min(a.High, b.High)} }
