// Package forecast says when a lane's backlog will be cleared by decisions, which weekly
// capacity meets the target, and what that costs in officers' weeks. It plays the lane's
// families forward many times, from the durations that the record has.
//
// The package is pure and seeded: the same record, day and seed give the same forecast. It
// decides nothing, and nothing that decides reads it (C4, R3).
package forecast

import (
	"hame/internal/casefile"
	"hame/internal/clock"
)

// Phase is a part of a family's way from the listing date to the signature. Evidence and
// welfare run side by side, and are one phase.
type Phase string

// The phases, in order.
const (
	// Listed is from the listing date until the evidence is asked for.
	Listed Phase = "listed"
	// Gathering is from then until the minister's window opens: evidence and welfare.
	Gathering Phase = "gathering"
	// Representation is from then until the decision's stage opens.
	Representation Phase = "representation"
	// Decision is from then until the first decision is signed.
	Decision Phase = "decision"
	// Service is what follows the signature. It takes officers' time, and clears nothing.
	Service Phase = "service"
)

// Phases lists the phases up to the signature, in order.
var Phases = []Phase{Listed, Gathering, Representation, Decision}

// End is how a family left a phase.
type End string

// The ends of a phase. Of the last phase, Next is the signature.
const (
	Next     End = "next"
	Closed   End = "closed"   // administratively, without a decision
	Archived End = "archived" // not found; no outcome (C4)
	Running  End = "running"  // the family is still in the phase
)

// Span is how many families of a size spent so many calendar days in a phase. One that is
// Running has so far spent them; its Days are negative if the listing date is still to come.
type Span struct {
	People int   `json:"people"`
	Phase  Phase `json:"phase"`
	Days   int   `json:"days"`
	// Checks is on how many of these days a security check was awaited. Only Decision has any.
	Checks   int `json:"checks"`
	End      End `json:"end"`
	Families int `json:"families"`
}

// Ending is how many families reached an end on a day: Next is a first decision.
type Ending struct {
	On       clock.Date `json:"on"`
	End      End        `json:"end"`
	Families int        `json:"families"`
}

// Waiting is how many families of a size wait to be drawn.
type Waiting struct {
	People   int `json:"people"`
	Families int `json:"families"`
}

// Record is what a lane's forecast rests on, as it was recorded at an instant. Families that
// the reader does not see are in none of it.
type Record struct {
	Lane     casefile.Lane `json:"lane"`
	AsOf     clock.Date    `json:"as_of"`
	Capacity int           `json:"capacity"` // families listed a week
	Paused   bool          `json:"paused"`
	Target   clock.Date    `json:"target,omitzero"`
	// LeadWeeks is how many weeks before the listing date a family is drawn.
	LeadWeeks int       `json:"lead_weeks"`
	Waiting   []Waiting `json:"waiting"`
	// Held counts the families that wait and can't be drawn: they may be another family's
	// second file, or are. No forecast has them.
	Held int `json:"held"`
	// Archived counts the families that are archived undecided. No forecast has them (C4).
	Archived int `json:"archived"`
	// Ahead counts the families that are drawn, by the whole weeks until their listing date:
	// Ahead[0] are those of the next seven days.
	Ahead []int `json:"ahead"`
	// Arrivals counts the families that came into the lane in each whole week after that of its
	// first import, the oldest week first.
	Arrivals []int    `json:"arrivals"`
	Spans    []Span   `json:"spans"`
	Ends     []Ending `json:"ends"`
}

// Size is a class of families by how many people they are. Larger families wait longer: each
// child is seen.
type Size int

// The classes of size [D].
const (
	One Size = iota
	TwoOrThree
	FourOrFive
	SixOrMore
	sizes
)

// SizeOf is the class of a family of so many people.
func SizeOf(people int) Size {
	switch {
	case people <= 1:
		return One
	case people <= 3:
		return TwoOrThree
	case people <= 5:
		return FourOrFive
	}
	return SixOrMore
}

// UnderReview counts the families that are drawn and undecided.
func (r Record) UnderReview() (n int) {
	for _, s := range r.Spans {
		if s.End == Running {
			n += s.Families
		}
	}
	return n
}

// ToDraw counts the families that wait to be drawn.
func (r Record) ToDraw() (n int) {
	for _, w := range r.Waiting {
		n += w.Families
	}
	return n
}
