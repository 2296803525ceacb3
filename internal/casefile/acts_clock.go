package casefile

import (
	"fmt"

	"hame/internal/clock"
)

// The acts on deadlines.
const (
	ActHold    Act = "clock.hold"
	ActRelease Act = "clock.release"
	ActExtend  Act = "clock.extend"
)

var clockActs = []*ActRule{
	{
		Act: ActHold, InWords: "holds a case on a ground, until a day of review: no refusal is signed or served meanwhile, and the clocks that the ground stops stand still",
		Roles: []Party{SeniorCaseworker}, Subject: AboutPersonOrAll, From: Listed, Until: Service, Day: Reported(FactDrawn),
		Fields: of[HoldFields], OpensReview: true,
		Slip: Slip{Instead: "clock release --reason mistake"},
	},
	{
		Act: ActRelease, InWords: "ends a hold: each clock that it stopped goes on with what was left",
		Roles: []Party{SeniorCaseworker}, Subject: AboutPersonOrAll, From: Listed, Until: Service,
		Day:    Reported(FactHoldBegan),
		Fields: of[ReleaseFields],
		Slip:   Slip{Instead: "clock hold again, from the same day"},
	},
	{
		Act: ActExtend, InWords: "decides on a request for more time, or withdraws what was given",
		Roles: []Party{SeniorCaseworker}, Subject: AboutPersonOrAll, From: Listed, Until: Service, Day: Handled,
		Fields: of[ExtendFields],
		Slip:   Slip{Instead: "clock extend --decision withdrawn"},
	},
}

// ReleasedAsMistake is why a hold ends that should never have begun.
const ReleasedAsMistake = "mistake"

// The decisions on a request for more time.
const (
	ExtensionGranted   = "granted"
	ExtensionRefused   = "refused"
	ExtensionWithdrawn = "withdrawn"
)

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

// HoldFields says on which ground a case is held, and when the hold is looked at
// again. A hold without a review date is refused.
type HoldFields struct {
	Ground   Ground     `json:"ground" yaml:"ground"`
	ReviewOn clock.Date `json:"review_on" yaml:"review_on"`
}

// Ask wants the ground and the day of review.
func (f HoldFields) Ask() []Field {
	return []Field{
		{Name: "ground", Given: string(f.Ground), Codes: codes(Grounds...)},
		{Name: "review_on", Given: f.ReviewOn.String(), Such: "2026-12-14",
			Help: "the day by which the hold is looked at again"},
	}
}

// Validate checks the ground, and wants a day of review.
func (f HoldFields) Validate() error {
	if f.ReviewOn.IsZero() {
		return fmt.Errorf("review_on: say by which day the hold is looked at again; a hold without one is never undone")
	}
	return inCodes(f)
}

// ReleaseFields says which hold ends, and why.
type ReleaseFields struct {
	Ground Ground `json:"ground" yaml:"ground"`
	Reason string `json:"reason" yaml:"reason"` // settled, withdrawn, passed, mistake
}

// Ask wants the ground and the reason.
func (f ReleaseFields) Ask() []Field {
	return []Field{
		{Name: "ground", Given: string(f.Ground), Codes: codes(GroundsOfReview...)},
		{Name: "reason", Given: f.Reason, Codes: codes("settled", "withdrawn", "passed", ReleasedAsMistake),
			Help: "why the ground has gone; a hold that was opened by mistake has stopped no clock, unless a last day would so have passed"},
	}
}

// Validate checks the codes.
func (f ReleaseFields) Validate() error { return inCodes(f) }

// ExtendFields is the decision on a request for more time.
type ExtendFields struct {
	Task     TaskKind   `json:"task" yaml:"task"`
	Decision string     `json:"decision" yaml:"decision"` // granted, refused, withdrawn
	Days     int        `json:"days,omitempty" yaml:"days,omitempty"`
	Reason   string     `json:"reason" yaml:"reason"`
	AskedBy  string     `json:"asked_by,omitempty" yaml:"asked_by,omitempty"`
	AskedOn  clock.Date `json:"asked_on,omitzero" yaml:"asked_on,omitempty"`
}

// Ask wants the task, the decision, and what was asked by whom.
func (f ExtendFields) Ask() []Field {
	asked := f.Decision == ExtensionWithdrawn
	return []Field{
		{Name: "task", Given: string(f.Task), Codes: codes(Extendable()...)},
		{Name: "decision", Given: f.Decision, Codes: codes(ExtensionGranted, ExtensionRefused, ExtensionWithdrawn),
			Help: "withdrawn takes back the last extension given"},
		{Name: "days", Given: number(f.Days), Such: "5", Help: "how many days more, in the task's own unit", Optional: asked},
		{Name: "reason", Given: f.Reason, Codes: codes("illness", "new_representative", "interpreter", "closed_for_holidays",
			"records_elsewhere", "office_error", "no_ground", "no_longer_needed", "mistake")},
		{Name: "asked_by", Given: f.AskedBy, Codes: codes("family", "representative", "provider", "council",
			"private_office"), Optional: asked},
		{Name: "asked_on", Given: f.AskedOn.String(), Such: "2026-11-23", Help: "the day on which it was asked for",
			Optional: asked},
	}
}

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
