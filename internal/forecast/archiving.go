package forecast

import (
	"math"

	"hame/internal/clock"
)

// The alarm on archiving near a target (C4), all of it [D].
const (
	// NearDays is how many calendar days before and after a target are near it, and over how
	// many days up to now ends are compared with those before.
	NearDays = 90
	// leastUndecided is how many families must have ended undecided in these days.
	leastUndecided = 5
	// timesBefore is how many times the share before their share must be.
	timesBefore = 2
	// unlikely is how seldom as many would have ended undecided at the share before.
	unlikely = 0.01
)

// Archiving is how families of a lane ended near its target, and before. Undecided are those
// that were archived, or closed administratively: they came off the list, and nobody has
// decided about them.
type Archiving struct {
	Target          clock.Date `json:"target"`
	Since           clock.Date `json:"since"` // the first of the last ninety days
	Ended           int        `json:"ended"`
	Undecided       int        `json:"undecided"`
	EndedBefore     int        `json:"ended_before"`
	UndecidedBefore int        `json:"undecided_before"`
	// Alarm says that the share rises: at least five families, at least twice the share before,
	// and more than chance would give once in a hundred times.
	Alarm bool `json:"alarm"`
}

// Share and ShareBefore are the undecided among those that ended.
func (a Archiving) Share() float64       { return ratio(a.Undecided, a.Ended) }
func (a Archiving) ShareBefore() float64 { return ratio(a.UndecidedBefore, a.EndedBefore) }

func ratio(part, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}

// WatchArchiving compares how families ended in the last ninety days with those before. Nil
// unless the lane's target is at most ninety days ahead or past.
func WatchArchiving(r Record) *Archiving {
	if r.Target.IsZero() {
		return nil
	}
	if ahead := r.Target.DaysSince(r.AsOf); ahead > NearDays || ahead < -NearDays {
		return nil
	}
	a := &Archiving{Target: r.Target, Since: r.AsOf.AddDays(1 - NearDays)}
	for _, e := range r.Ends {
		undecided := e.Families
		if e.End == Next {
			undecided = 0
		}
		if e.On.Before(a.Since) {
			a.EndedBefore, a.UndecidedBefore = a.EndedBefore+e.Families, a.UndecidedBefore+undecided
		} else {
			a.Ended, a.Undecided = a.Ended+e.Families, a.Undecided+undecided
		}
	}
	// One family of each kind more, so that a share before of nothing is not taken as certain.
	before := float64(a.UndecidedBefore+1) / float64(a.EndedBefore+2)
	a.Alarm = a.Undecided >= leastUndecided && a.Share() >= timesBefore*a.ShareBefore() &&
		atLeast(a.Undecided, a.Ended, before) < unlikely
	return a
}

// atLeast is how likely at least k of n are, each with probability p.
func atLeast(k, n int, p float64) (sum float64) {
	choose := func(n, k int) float64 {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(k + 1))
		c, _ := math.Lgamma(float64(n - k + 1))
		return a - b - c
	}
	for i := k; i <= n; i++ {
		sum += math.Exp(choose(n, i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return sum
}
