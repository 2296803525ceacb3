package casefile

import (
	"slices"
	"strings"
)

// Outcome is what is decided for one person (domain.md 6.2).
type Outcome string

// The outcomes that a named officer may propose in this form of the process.
const (
	GrantRefugee  Outcome = "GRANT_REFUGEE"
	GrantHP       Outcome = "GRANT_HP"      // humanitarian protection
	GrantILR      Outcome = "GRANT_ILR"     // indefinite leave to remain
	GrantDL36M    Outcome = "GRANT_DL_36M"  // discretionary leave, 3 years
	GrantLLR30M   Outcome = "GRANT_LLR_30M" // limited leave, 30 months
	RefusedUpheld Outcome = "REFUSED_UPHELD"
)

// Outcomes lists the outcomes that can be proposed.
var Outcomes = []Outcome{GrantRefugee, GrantHP, GrantILR, GrantDL36M, GrantLLR30M, RefusedUpheld}

// The administrative ends of a person's part in a case: nobody decides on the merits of
// somebody who has one (domain.md 6.2). A named officer records each, on evidence, or two do.
const (
	WithdrawnConfirmed     Outcome = "WITHDRAWN_CONFIRMED"
	DuplicateMerged        Outcome = "DUPLICATE_MERGED"
	RecordError            Outcome = "RECORD_ERROR"
	AlreadyHasStatus       Outcome = "ALREADY_HAS_STATUS" // British, settled, or of a state whose people need no leave
	Deceased               Outcome = "DECEASED"
	DepartedBeforeDecision Outcome = "DEPARTED_BEFORE_DECISION"
	OnOwnFile              Outcome = "ON_OWN_FILE" // their case goes on under another reference [D]
	HandedOver             Outcome = "HANDED_OVER" // the family has moved out of Scotland [D]
)

// What becomes of somebody whose refusal was upheld. Who has neither departed nor been
// removed remains: no act is needed to remain.
const (
	DepartedVoluntary Outcome = "DEPARTED_VOLUNTARY"
	Removed           Outcome = "REMOVED"
	RefusedRemaining  Outcome = "REFUSED_REMAINING"
)

// AdministrativeEnds lists the ends that are no decision.
var AdministrativeEnds = []Outcome{WithdrawnConfirmed, DuplicateMerged, RecordError, AlreadyHasStatus, Deceased,
	DepartedBeforeDecision, OnOwnFile, HandedOver}

// EndsByTwo lists the ends that two officers record: the office itself finds that they are
// so, or the person gives something up (docs/process.md, Four eyes). The others rest on
// evidence from outside.
var EndsByTwo = []Outcome{WithdrawnConfirmed, DuplicateMerged, RecordError, AlreadyHasStatus, OnOwnFile, HandedOver,
	Removed}

// IsGrant reports whether the outcome grants leave to stay.
func (o Outcome) IsGrant() bool { return strings.HasPrefix(string(o), "GRANT_") }

// Rollup is what the outcomes of its people make of a case.
type Rollup string

// The roll-ups of a decided case.
const (
	AllGranted Rollup = "ALL_GRANTED"
	Mixed      Rollup = "MIXED"
	AllRefused Rollup = "ALL_REFUSED"
)

// RollUp tells what a case's outcomes come to. A part-refusal is [Mixed].
func RollUp(outcomes []Outcome) Rollup {
	grants := 0
	for _, o := range outcomes {
		if o.IsGrant() {
			grants++
		}
	}
	switch grants {
	case len(outcomes):
		return AllGranted
	case 0:
		return AllRefused
	}
	return Mixed
}

// Factor is one of the eight factors of paragraph 395C of the Immigration
// Rules, which are the mandatory sections of a decision record [S29].
type Factor string

// Paragraph 395C (i) to (viii).
const (
	FactorAge             Factor = "age"
	FactorResidence       Factor = "length_of_residence"
	FactorConnections     Factor = "connections"
	FactorHistory         Factor = "personal_history"
	FactorDomestic        Factor = "domestic_circumstances"
	FactorCriminal        Factor = "criminal_record"
	FactorCompassionate   Factor = "compassionate_circumstances"
	FactorRepresentations Factor = "representations"
)

// Factors lists the eight factors in the paragraph's order.
var Factors = []Factor{FactorAge, FactorResidence, FactorConnections, FactorHistory, FactorDomestic,
	FactorCriminal, FactorCompassionate, FactorRepresentations}

// Finding is what an officer finds under a factor.
type Finding string

// The findings. An unknown counts for nobody and against nobody.
const (
	FindingFor     Finding = "for"
	FindingAgainst Finding = "against"
	FindingNeutral Finding = "neutral"
	FindingUnknown Finding = "unknown"
)

// Ends lists every way in which a person's part in a case ends by itself, and what becomes of
// those who were refused.
var Ends = append(slices.Clone(AdministrativeEnds), DepartedVoluntary, Removed)

// IsAdministrative reports whether the outcome is an end that is no decision.
func (o Outcome) IsAdministrative() bool { return slices.Contains(AdministrativeEnds, o) }

// StaysEnded lists the ends that a reopening leaves as they are: who has died, or stands on
// another file, is not brought back. That somebody needs no leave, or is not of the family, was
// found of that person: it stands unless the case is reopened for the person by number [D].
func StaysEnded(named bool) []Outcome {
	stays := []Outcome{Deceased, DuplicateMerged, OnOwnFile}
	if !named {
		stays = append(stays, AlreadyHasStatus, RecordError)
	}
	return stays
}

// RecordedBy lists the acts that record the end. Of one that takes two officers it is the act of
// the first. A merge is recorded in the chain of the other file.
func (o Outcome) RecordedBy() []Act {
	switch o {
	case Deceased:
		return []Act{ActDied}
	case AlreadyHasStatus:
		return []Act{ActHasStatus, ActJoined} // who joins with a status never had a claim
	case RecordError:
		return []Act{ActRecordError}
	case WithdrawnConfirmed:
		return []Act{ActConfirmWithdrawal}
	case DepartedBeforeDecision, DepartedVoluntary:
		return []Act{ActDeparted}
	case OnOwnFile:
		return []Act{ActSplit, ActUnmerge}
	case HandedOver:
		return []Act{ActHandOver}
	case Removed:
		return []Act{ActRemoved}
	case DuplicateMerged:
		return []Act{ActMerge}
	}
	return nil
}

// TakesTwo reports whether two officers record the end.
func (o Outcome) TakesTwo() bool { return slices.Contains(EndsByTwo, o) }
