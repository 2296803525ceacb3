package casefile

import (
	"slices"

	"hame/internal/clock"
)

// Ground is why a case is held. Temporal never learns it (process.md, invariant 5).
type Ground string

// The grounds of a hold. Every hold keeps a refusal from being signed and a
// refused person from being removed; which clocks it stops is [Ground.Stops].
const (
	GroundAgeDispute      Ground = "age_dispute"
	GroundChildProtection Ground = "child_protection"
	GroundCourt           Ground = "court"       // judicial review, interim interdict
	GroundMedical         Ground = "medical"     // a medical crisis
	GroundTrafficking     Ground = "trafficking" // referred to the National Referral Mechanism
	// GroundSubmissions holds a refusal until further submissions are considered. It is
	// opened by recording them alone.
	GroundSubmissions Ground = "further_submissions"
	// GroundDuplicate holds the second file of a family that stands twice, before
	// any review of it is open.
	GroundDuplicate Ground = "duplicate"
)

// Grounds lists the grounds on which a senior caseworker holds a case.
var Grounds = []Ground{GroundAgeDispute, GroundChildProtection, GroundCourt, GroundMedical, GroundTrafficking}

// GroundsOfReview are all that hold a case under review: those, and further submissions.
var GroundsOfReview = append(slices.Clone(Grounds), GroundSubmissions)

// stops says which clocks a ground stops (domain.md 6.1, stop-clock and run-on) [D]:
// the family's own time to answer, where what has happened to it is why it can't,
// and the Home Office's time to take a refusal further. A referral for trafficking also
// stops the time to propose a decision, which waits for what the National Referral
// Mechanism finds; a grant can be proposed all the same. No ground stops the time
// of a council, a school or a minister, for no child waits longer because a case
// is held; nor an appeal window, which the law sets and only a tribunal extends.
var stops = map[Ground][]TaskKind{
	GroundAgeDispute:      {TaskQuestionnaire, TaskNoAppeal},
	GroundChildProtection: {TaskQuestionnaire, TaskNoAppeal},
	GroundMedical:         {TaskQuestionnaire, TaskNoAppeal},
	GroundTrafficking:     {TaskQuestionnaire, TaskPropose, TaskNoAppeal},
	GroundCourt:           {TaskNoAppeal},
	GroundSubmissions:     {TaskNoAppeal},
}

// AboutOne reports whether a hold on this ground is about one person, who must be named:
// what is found of them is found of nobody else.
func (g Ground) AboutOne() bool {
	return g == GroundAgeDispute || g == GroundChildProtection || g == GroundTrafficking
}

// Stops reports whether a hold on this ground stops the clock of a kind of task.
func (g Ground) Stops(k TaskKind) bool { return slices.Contains(stops[g], k) }

// CanBeStopped reports whether any ground stops the clock of a kind of task.
func (k TaskKind) CanBeStopped() bool {
	return slices.ContainsFunc(GroundsOfReview, func(g Ground) bool { return g.Stops(k) })
}

// Flag returns the flag that a hold on this ground goes with, "" if there is
// none: a person whose age is disputed is also treated as a child.
func (g Ground) Flag() Flag {
	for _, f := range Flags {
		if f.Hold() == g && g != "" {
			return f
		}
	}
	return ""
}

// MostExtended returns by how many days in all a kind of task can be extended; 0
// for one that can't be.
func (k TaskKind) MostExtended() int { return mostExtended[k] }

// Extendable lists the kinds of task that can be extended, in the order of the process.
func Extendable() []TaskKind {
	var kinds []TaskKind
	for _, rule := range TaskRules {
		if rule.Kind.MostExtended() > 0 {
			kinds = append(kinds, rule.Kind)
		}
	}
	return kinds
}

// AnswerDeadline is the time to answer adverse material that was put on a day
// (row 7): ten working days of England and Wales. It is the family's own time, and
// what stops the questionnaire stops it too [D].
func AnswerDeadline(putOn clock.Date, pauses []clock.Pause) clock.Deadline {
	return clock.Deadline{Began: putOn, Pauses: pauses,
		Budget: clock.Budget{Days: AdverseAnswerWDays, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}}
}
