package casefile

import (
	"fmt"
	"regexp"
	"slices"

	"hame/internal/clock"
)

// The acts on what happens at the Court of Session. Temporal never learns that a case is
// held by a court: they travel under names that tell nothing.
const (
	ActLodge     Act = "court.lodge"
	ActInterdict Act = "court.interdict"
	ActCourtEnd  Act = "court.end"
)

var courtActs = []*ActRule{
	{
		Act: ActLodge, InWords: "records that a judicial review was lodged: the case is held at once",
		Roles: []Party{Caseworker, SeniorCaseworker}, Subject: AboutPersonOrAll, From: Listed, Until: Closed,
		Day: Reported(FactClaim), Fields: of[CourtFields],
		Receives: true, OpensReview: true, Filed: true,
		Neutral: Neutral{"case.stay", "records what holds the case"},
		Slip:    Slip{Instead: "court end --result mistake"},
	},
	{
		Act: ActInterdict, InWords: "records an interim interdict or suspension: no refusal is served and nobody " +
			"removed from then on",
		Roles: []Party{Caseworker, SeniorCaseworker}, Subject: AboutPersonOrAll, From: Listed, Until: Closed,
		Day: Reported(FactClaim), Fields: of[CourtFields],
		Receives: true, OpensReview: true, Filed: true,
		Neutral: Neutral{"case.stay-at-once", "records what holds the case at once"},
		Slip:    Slip{Instead: "court end --result mistake"},
	},
	{
		Act: ActCourtEnd, InWords: "records how proceedings at the court ended, and ends the hold with the last of them",
		Roles: []Party{Caseworker, SeniorCaseworker}, Subject: AboutPersonOrAll, From: Listed, Until: Closed,
		Day: Reported(FactHoldBegan), Fields: of[CourtEndFields],
		Receives: true, Filed: true,
		Instead: "court lodge and court interdict record what was lodged",
		Neutral: Neutral{"case.stay-ended", "records that what held the case has ended"},
		Slip:    Slip{Instead: "court lodge or court interdict again, from the same day"},
	},
}

// Proceeding is what was lodged at the court: a judicial review, or an interim interdict
// or suspension within one.
type Proceeding string

// The kinds of proceedings.
const (
	JudicialReview   Proceeding = "judicial_review"
	InterimInterdict Proceeding = "interim_interdict"
)

// Proceedings lists them.
var Proceedings = []Proceeding{JudicialReview, InterimInterdict}

// Lodges returns the kind of proceedings that an act records, "" if it records none.
func (a Act) Lodges() Proceeding {
	switch a {
	case ActLodge:
		return JudicialReview
	case ActInterdict:
		return InterimInterdict
	}
	return ""
}

// CourtResult is how proceedings ended.
type CourtResult string

// The results. A reduction quashes the decision. A recall ends an interdict alone.
const (
	CourtDismissed CourtResult = "dismissed"
	CourtReduced   CourtResult = "reduced"
	CourtWithdrawn CourtResult = "withdrawn"
	CourtRecalled  CourtResult = "recalled"
	// CourtMistake takes back proceedings that were recorded by mistake.
	CourtMistake CourtResult = "mistake"
)

// CourtResults lists them.
var CourtResults = []CourtResult{CourtDismissed, CourtReduced, CourtWithdrawn, CourtRecalled, CourtMistake}

// Ends reports whether a result ends proceedings of a kind: a recall ends interdicts, and
// every other result what was asked for with them too, for an interim order falls with the
// petition in which it was made [D].
func (r CourtResult) Ends(p Proceeding) bool { return r != CourtRecalled || p == InterimInterdict }

// Standing is something at the court that has not ended, about a person or with 0 about
// the family.
type Standing struct {
	No     int        `db:"no"`
	Person int        `db:"person_no"`
	Kind   Proceeding `db:"kind"`
}

// CourtEnding is what follows from a result: the numbers of the proceedings that end, and
// whether the hold of the same person, or of the family, ends with them.
type CourtEnding struct {
	Ended []int
	// HoldEnds is false while anything else stands about the same person.
	HoldEnds bool
	// DecisionFell says that the signed decision about the person was quashed, or with 0
	// about everybody whom it refuses: it must be made anew.
	DecisionFell bool
}

// EndAtCourt works out what a result about a person, or with 0 about the family, ends of
// what stands, for a case whose decision is signed or not. The error is a [Refusal] if it
// ends nothing.
func EndAtCourt(standing []Standing, person int, result CourtResult, signed bool) (CourtEnding, error) {
	end := CourtEnding{HoldEnds: true, DecisionFell: signed && result == CourtReduced}
	for _, s := range standing {
		switch {
		case s.Person != person:
		case result.Ends(s.Kind):
			end.Ended = append(end.Ended, s.No)
		default:
			end.HoldEnds = false
		}
	}
	switch {
	case len(end.Ended) > 0:
		return end, nil
	case slices.ContainsFunc(standing, func(s Standing) bool { return s.Person != person }):
		return end, Refuse(RefusedNothingOpen,
			"nothing of that kind stands at the court about them: case show lists what stands, and about whom")
	case result == CourtRecalled && len(standing) > 0:
		return end, Refuse(RefusedNothingOpen, "no interim interdict stands: the judicial review ends with another result")
	}
	return end, Refuse(RefusedNothingOpen,
		"nothing stands at the court: what was lodged is recorded first, with court lodge or court interdict")
}

// ServedAfterInterdict reports whether a refusal was served on the day of an interdict or
// later, although it forbade it: a senior caseworker then looks into it.
func ServedAfterInterdict(kind Proceeding, lodgedOn clock.Date, refusalsServed []clock.Date) bool {
	return kind == InterimInterdict && slices.ContainsFunc(refusalsServed, func(on clock.Date) bool {
		return !on.IsZero() && !on.Before(lodgedOn)
	})
}

// CourtFields says at which hour something was lodged. Its day is the act's.
type CourtFields struct {
	At string `json:"at,omitempty" yaml:"at,omitempty"` // HH:MM in London
}

// Ask asks for the hour.
func (f CourtFields) Ask() []Field {
	return []Field{{Name: "at", Given: f.At, Such: "14:05", Optional: true,
		Help: "the hour at which it was lodged or granted, if the paper says so"}}
}

var hourPattern = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

// Validate wants an hour of the day, or none.
func (f CourtFields) Validate() error {
	if f.At != "" && !hourPattern.MatchString(f.At) {
		return fmt.Errorf("at is %s; it must be an hour such as 14:05", quoted(f.At))
	}
	return nil
}

// CourtEndFields says how proceedings ended.
type CourtEndFields struct {
	Result CourtResult `json:"result" yaml:"result"`
}

// Ask wants the result.
func (f CourtEndFields) Ask() []Field {
	return []Field{{Name: "result", Given: string(f.Result), Codes: codes(CourtResults...),
		Help: "reduced quashes the decision; recalled ends an interim interdict alone; mistake takes back what was " +
			"never lodged"}}
}

// Validate checks the code.
func (f CourtEndFields) Validate() error { return inCodes(f) }
