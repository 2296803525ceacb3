package casefile

import (
	"fmt"
	"slices"
	"unicode/utf8"

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
	// GroundDuplicate holds the second file of a family that stands twice, before
	// any review of it is open.
	GroundDuplicate Ground = "duplicate"
)

// Grounds lists the grounds on which a senior caseworker holds a case.
var Grounds = []Ground{GroundAgeDispute, GroundChildProtection, GroundCourt, GroundMedical, GroundTrafficking}

// stops says which clocks a ground stops (domain.md 6.1, stop-clock and run-on) [D]:
// the family's own time to answer, where what has happened to it is why it can't,
// and the Home Office's time to take a refusal further. No ground stops the time
// of a council, a school or a minister, for no child waits longer because a case
// is held; nor an appeal window, which the law sets and only a tribunal extends.
var stops = map[Ground][]TaskKind{
	GroundAgeDispute:      {TaskQuestionnaire, TaskNoAppeal},
	GroundChildProtection: {TaskQuestionnaire, TaskNoAppeal},
	GroundMedical:         {TaskQuestionnaire, TaskNoAppeal},
	GroundTrafficking:     {TaskQuestionnaire, TaskNoAppeal},
	GroundCourt:           {TaskNoAppeal},
}

// Stops reports whether a hold on this ground stops the clock of a kind of task.
func (g Ground) Stops(k TaskKind) bool { return slices.Contains(stops[g], k) }

// CanBeStopped reports whether any ground stops the clock of a kind of task.
func (k TaskKind) CanBeStopped() bool {
	return slices.ContainsFunc(Grounds, func(g Ground) bool { return g.Stops(k) })
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

// mostExtended is how many days, in the budget's own unit, a task can be extended
// by in all. Those whose time can be extended are outside the Home Office, which
// does not extend its own: it is escalated. The report's fourteen days are row 4's;
// the others are [D], and end before the review would wait twice as long.
var mostExtended = map[TaskKind]int{
	TaskQuestionnaire: 20,
	TaskSchool:        10,
	TaskGP:            14,
	TaskSocialWork:    14,
	TaskReporter:      20,
	TaskHousing:       10,
	TaskCommunity:     10,
	TaskAssignWelfare: 5,
	TaskReport:        14,
	TaskWindow:        10,
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

type (
	// HoldFields says on which ground a case is held, and when the hold is looked at
	// again. A hold without a review date is refused.
	HoldFields struct {
		Ground   Ground     `json:"ground" yaml:"ground"`
		ReviewOn clock.Date `json:"review_on" yaml:"review_on"`
	}
	// ReleaseFields says which hold ends, and why.
	ReleaseFields struct {
		Ground Ground `json:"ground" yaml:"ground"`
		Reason string `json:"reason" yaml:"reason"` // settled, withdrawn, passed, mistake
	}
	// ExtendFields is the decision on a request for more time.
	ExtendFields struct {
		Task     TaskKind   `json:"task" yaml:"task"`
		Decision string     `json:"decision" yaml:"decision"` // granted, refused, withdrawn
		Days     int        `json:"days,omitempty" yaml:"days,omitempty"`
		Reason   string     `json:"reason" yaml:"reason"`
		AskedBy  string     `json:"asked_by,omitempty" yaml:"asked_by,omitempty"`
		AskedOn  clock.Date `json:"asked_on,omitzero" yaml:"asked_on,omitempty"`
	}
	// CalendarFields says which version of the holidays is put in force, and why.
	CalendarFields struct {
		Version string `json:"version" yaml:"version"`
		Label   string `json:"label" yaml:"label"`
		Reason  string `json:"reason" yaml:"reason"`
	}
)

// AnswerDeadline is the time to answer adverse material that was put on a day
// (row 7): ten working days of England and Wales. It is the family's own time, and
// what stops the questionnaire stops it too [D].
func AnswerDeadline(putOn clock.Date, pauses []clock.Pause) clock.Deadline {
	return clock.Deadline{Began: putOn, Pauses: pauses,
		Budget: clock.Budget{Days: AdverseAnswerWDays, Unit: clock.WorkingDays, Calendar: clock.EnglandAndWales}}
}

// ReleasedAsMistake is why a hold ends that should never have begun.
const ReleasedAsMistake = "mistake"

// The decisions on a request for more time.
const (
	ExtensionGranted   = "granted"
	ExtensionRefused   = "refused"
	ExtensionWithdrawn = "withdrawn"
)

// Ask wants the ground and the day of review.
func (f HoldFields) Ask() []Field {
	return []Field{
		{Name: "ground", Given: string(f.Ground), Codes: codes(Grounds...)},
		{Name: "review_on", Given: f.ReviewOn.String(), Such: "2026-12-14", Help: "the day by which the hold is looked at again"},
	}
}

// Validate checks the ground, and wants a day of review.
func (f HoldFields) Validate() error {
	if f.ReviewOn.IsZero() {
		return fmt.Errorf("review_on: say by which day the hold is looked at again; a hold without one is never undone")
	}
	return inCodes(f)
}

// reviewWithin is how far ahead, in days, a hold's review may be [D]: the year
// 9999 is no day of review.
const reviewWithin = 183

// CheckReviewDay refuses a day on which a hold can't be looked at again; nil if it can.
func CheckReviewDay(on, today clock.Date) *Refusal {
	switch {
	case !today.Before(on):
		return Refuse(RefusedFields, fmt.Sprintf("review_on %s has come already: today is %s", on, today))
	case today.AddDays(reviewWithin).Before(on):
		return Refuse(RefusedConstraint, fmt.Sprintf("review_on %s is more than %d days away: a hold is looked at again within half a year, and held on if need be", on, reviewWithin))
	}
	return nil
}

// Ask wants the ground and the reason.
func (f ReleaseFields) Ask() []Field {
	return []Field{
		{Name: "ground", Given: string(f.Ground), Codes: codes(Grounds...)},
		{Name: "reason", Given: f.Reason, Codes: codes("settled", "withdrawn", "passed", ReleasedAsMistake), Help: "why the ground has gone; a hold that was opened by mistake has stopped no clock, unless a last day would so have passed"},
	}
}

// Validate checks the codes.
func (f ReleaseFields) Validate() error { return inCodes(f) }

// Ask wants the task, the decision, and what was asked by whom.
func (f ExtendFields) Ask() []Field {
	asked := f.Decision == ExtensionWithdrawn
	return []Field{
		{Name: "task", Given: string(f.Task), Codes: codes(Extendable()...)},
		{Name: "decision", Given: f.Decision, Codes: codes(ExtensionGranted, ExtensionRefused, ExtensionWithdrawn), Help: "withdrawn takes back the last extension given"},
		{Name: "days", Given: number(f.Days), Such: "5", Help: "how many days more, in the task's own unit", Optional: asked},
		{Name: "reason", Given: f.Reason, Codes: codes("illness", "new_representative", "interpreter", "closed_for_holidays", "records_elsewhere", "office_error", "no_ground", "no_longer_needed", "mistake")},
		{Name: "asked_by", Given: f.AskedBy, Codes: codes("family", "representative", "provider", "council", "private_office"), Optional: asked},
		{Name: "asked_on", Given: f.AskedOn.String(), Such: "2026-11-23", Help: "the day on which it was asked for", Optional: asked},
	}
}

// mostAskedFor bounds what is asked for, in days: more is a slip.
const mostAskedFor = 366

// Validate checks the codes, and wants a number of days, who asked and when,
// unless an extension is withdrawn. What is beyond the task's cap may be asked for
// and refused (CheckCap).
func (f ExtendFields) Validate() error {
	if err := inCodes(f); err != nil {
		return err
	}
	if f.Decision == ExtensionWithdrawn {
		if f.Days != 0 || f.AskedBy != "" || !f.AskedOn.IsZero() {
			return fmt.Errorf("decision: withdrawn takes back the last extension as it was given: leave out days, asked_by and asked_on")
		}
		return nil
	}
	switch {
	case f.Days < 1 || f.Days > mostAskedFor:
		return fmt.Errorf("days: %d; say for how many days more it was asked, from 1 to %d", f.Days, mostAskedFor)
	case f.AskedOn.IsZero():
		return fmt.Errorf("asked_on: say on which day it was asked for")
	}
	return nil
}

// CheckCap refuses more days than a task can be given, of which some are given
// already; nil if they can be.
func (f ExtendFields) CheckCap(given int) *Refusal {
	most := f.Task.MostExtended()
	if f.Decision != ExtensionGranted || given+f.Days <= most {
		return nil
	}
	return Refuse(RefusedConstraint, fmt.Sprintf("%s can be extended by %d days in all; %d are given, so %d are left to give", f.Task, most, given, most-given))
}

// Attested returns the day of the request, which is never later than today.
func (f *ExtendFields) Attested() (clock.Date, string, Day) {
	return f.AskedOn, "asked_on", Reported(FactDrawn)
}

// Ask wants the reason; the version and its label are the file's own.
func (f CalendarFields) Ask() []Field {
	return []Field{
		{Name: "version", Given: f.Version, Such: "5d1c0a6be2f4", Help: "the digest of the days"},
		{Name: "label", Given: f.Label, Such: "2026-02", Help: "what the file calls itself, or its name"},
		{Name: "reason", Given: f.Reason, Such: "proclamation", Help: "a code: why the calendar changes"},
	}
}

// Validate wants a version, and checks that the reason is a code.
func (f CalendarFields) Validate() error {
	if f.Version == "" {
		return fmt.Errorf("version: it is that of the file's days")
	}
	if n := utf8.RuneCountInString(f.Label); n == 0 || n > clock.LongestLabel {
		return fmt.Errorf("label: it has %d characters; a version is called by 1 to %d", n, clock.LongestLabel)
	}
	if !reasonPattern.MatchString(f.Reason) {
		return fmt.Errorf("reason is %s; it must be a code of small letters, digits and _, such as proclamation", quoted(f.Reason))
	}
	return nil
}
