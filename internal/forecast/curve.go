package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Fewest is how many families must have left a phase before anything is forecast of it, and
// before families of one size are forecast from their own size alone [D].
const Fewest = 30

// bin is what the record has of one duration in a phase.
type bin struct {
	days                          int
	next, closed, archived, stays int
}

func (b bin) left() int { return b.next + b.closed + b.archived }

// bins puts the spans of a phase in order of their days. Those whose listing date is to come
// have not begun. shift is how many days each is shorter.
func bins(spans []Span, shift func(Span) int) []bin {
	by := map[int]*bin{}
	for _, s := range spans {
		if s.Days < 0 || s.Families <= 0 {
			continue
		}
		days := max(0, s.Days-shift(s))
		b := by[days]
		if b == nil {
			b = &bin{days: days}
			by[days] = b
		}
		switch s.End {
		case Next:
			b.next += s.Families
		case Closed:
			b.closed += s.Families
		case Archived:
			b.archived += s.Families
		default:
			b.stays += s.Families
		}
	}
	all := make([]bin, 0, len(by))
	for _, b := range by {
		all = append(all, *b)
	}
	slices.SortFunc(all, func(a, b bin) int { return a.days - b.days })
	return all
}

// left counts the families that left a phase.
func left(all []bin) (n int) {
	for _, b := range all {
		n += b.left()
	}
	return n
}

// curve is how long a phase takes, as one run of a simulation believes it: the estimate of
// Kaplan and Meier, which lets a family that is still in the phase count for the days that it
// has spent there. Leaving it out would make the phase look shorter than it is.
type curve struct {
	steps []step
	// beyond is how many days more a family stays on average that has outlasted every family
	// that left: as long as the slowest quarter did beyond the others [D].
	beyond float64
	// toNext and toClosed are the shares of the ends over all families, for such a family.
	toNext, toClosed float64
	guide            [guides]int32
}

const (
	guides = 128
	// slower is how many families more than the record has are taken to be slower than all of
	// them [D]. Hill's rule would have one; with one, lanes that were made up after a known
	// pattern were cleared before the forecast twice as often as they should have been.
	slower = 0.5
)

// step is a duration at which families left. sum is the share that left by then; toNext is the
// share of those who left then to the next phase, toClosed that and the share that closed.
type step struct {
	days             int
	sum              float64
	between          float64 // the part of the share that may also have left since the step before
	toNext, toClosed float64
}

// draw makes a run's curve. Each family of the record counts with a weight that chance gives
// it (Rubin's Bayesian bootstrap), so that runs differ by as much as the record leaves open.
// A family to come is as likely to fall between any two of the record as between any two others
// (Hill's rule), and half as likely to be slower than all of them.
func draw(all []bin, rng *rand.Rand) *curve {
	c := &curve{steps: make([]step, 0, len(all))}
	weights := make([][4]float64, len(all))
	atRisk := slower * rng.ExpFloat64()
	var ended [4]float64
	for i, b := range all {
		weights[i] = [4]float64{weight(b.next, rng), weight(b.closed, rng), weight(b.archived, rng), weight(b.stays, rng)}
		for k, w := range weights[i] {
			atRisk += w
			ended[k] += w
		}
	}
	events := ended[0] + ended[1] + ended[2]
	stay, sum, seen, slow := 1.0, 0.0, 0.0, -1
	for i, b := range all {
		w := weights[i]
		if n := w[0] + w[1] + w[2]; n > 0 {
			jump := stay * min(1, n/atRisk)
			stay, sum, seen = stay-jump, sum+jump, seen+n
			c.steps = append(c.steps, step{days: b.days, sum: sum, between: jump / float64(b.left()),
				toNext: w[0] / n, toClosed: (w[0] + w[1]) / n})
			atRisk -= n
			if slow < 0 && seen >= 0.75*events {
				slow = b.days
			}
		}
		atRisk -= w[3]
	}
	if events > 0 {
		c.toNext, c.toClosed = ended[0]/events, (ended[0]+ended[1])/events
		c.beyond = pace(all, weights, slow)
	}
	at := 0
	for g := range c.guide {
		for at < len(c.steps)-1 && c.steps[at].sum < float64(g)/guides {
			at++
		}
		c.guide[g] = int32(at)
	}
	return c
}

// pace is how many days families spent in a phase beyond a day, for each one that left after
// that day; from the phase's beginning if none did.
func pace(all []bin, weights [][4]float64, from int) float64 {
	spent, events := 0.0, 0.0
	for i, b := range all {
		if b.days <= from {
			continue
		}
		w := weights[i]
		spent += (w[0] + w[1] + w[2] + w[3]) * float64(b.days-from)
		events += w[0] + w[1] + w[2]
	}
	if events == 0 && from >= 0 {
		return pace(all, weights, -1)
	}
	if events == 0 {
		return 0
	}
	return spent / events
}

// weight is the sum of n weights of mean 1 that chance gives. The sum of many is close to
// normal.
func weight(n int, rng *rand.Rand) (w float64) {
	if n > 40 {
		return max(0, float64(n)+math.Sqrt(float64(n))*rng.NormFloat64())
	}
	for range n {
		w += rng.ExpFloat64()
	}
	return w
}

// stay draws in how many days a family leaves the phase that has spent so many days in it, and
// how. The days count from the phase's beginning.
func (c *curve) stay(spent int, rng *rand.Rand) (days int, how End) {
	before := c.by(spent)
	u := before + rng.Float64()*(1-before)
	toNext, toClosed := c.toNext, c.toClosed
	if n := len(c.steps); n == 0 || before >= 1 || u >= c.steps[n-1].sum {
		days = spent
		if n > 0 {
			days = max(days, c.steps[n-1].days)
		}
		days += 1 + int(c.beyond*rng.ExpFloat64())
	} else {
		i := int(c.guide[int(u*guides)])
		for c.steps[i].sum <= u {
			i++
		}
		at := c.steps[i]
		days, toNext, toClosed = at.days, at.toNext, at.toClosed
		if into := c.steps[i].sum - u; i > 0 && into < at.between {
			days -= int(float64(days-c.steps[i-1].days) * into / at.between)
		}
		days = max(days, spent+1)
	}
	switch {
	case toNext == 1:
		return days, Next
	default:
		switch v := rng.Float64(); {
		case v < toNext:
			return days, Next
		case v < toClosed:
			return days, Closed
		}
		return days, Archived
	}
}

// by is the share that leaves the phase within so many days.
func (c *curve) by(days int) float64 {
	if days < 0 || len(c.steps) == 0 || days < c.steps[0].days {
		return 0
	}
	i, found := slices.BinarySearchFunc(c.steps, days, func(s step, days int) int { return s.days - days })
	if !found {
		i--
	}
	return c.steps[i].sum
}
