package casefile

import (
	"fmt"
	"strings"

	"hame/internal/clock"
)

// The acts on the family's representative.
const (
	ActRepresentativeChange Act = "representative.change"
	ActRepresentativeClosed Act = "representative.closed"
)

var representativeActs = []*ActRule{
	{
		Act: ActRepresentativeChange, InWords: "records that the family has another representative: name and contact " +
			"are the text",
		Roles: []Party{Caseworker}, From: Listed, Until: Service, Day: Reported(FactClaim),
		Fields: of[RepresentativeFields], NeedsText: true,
		TextSays: "the new representative's name, and on the next line how to reach them",
		Receives: true, OpensReview: true, Filed: true,
		Slip: Slip{Instead: "representative change again, with the right one; the time that was given stays"},
	},
	{
		Act: ActRepresentativeClosed, InWords: "records that the representative's firm has closed down, or acts for the " +
			"family no more",
		Roles: []Party{Caseworker}, From: Listed, Until: Service, Day: Reported(FactClaim),
		Fields: of[RepresentativeClosedFields], Receives: true, OpensReview: true, Filed: true,
		Slip: Slip{Instead: "representative change names it again; the time that was given stays"},
	},
}

// RepresentativeFields says who told of the change. Name and contact are the act's text:
// they are personal, and can be erased under the chain.
type RepresentativeFields struct {
	ToldBy string `json:"told_by" yaml:"told_by"` // family, representative, former_representative
}

// Ask wants who told of it.
func (f RepresentativeFields) Ask() []Field {
	return []Field{{Name: "told_by", Given: f.ToldBy, Codes: codes("family", "representative", FormerRepresentative),
		Help: "the text is the new representative's name, and on the next line the contact"}}
}

// Validate checks the code.
func (f RepresentativeFields) Validate() error { return inCodes(f) }

// RepresentativeClosedFields says why the representative acts no more.
type RepresentativeClosedFields struct {
	Reason string `json:"reason" yaml:"reason"` // closed_down, acts_no_more
}

// Ask wants the reason.
func (f RepresentativeClosedFields) Ask() []Field {
	return []Field{{Name: "reason", Given: f.Reason, Codes: codes("closed_down", "acts_no_more")}}
}

// Validate checks the code.
func (f RepresentativeClosedFields) Validate() error { return inCodes(f) }

// ReadRepresentative takes the text of a change apart: the first line is the name, the
// second the contact. The error repeats nothing of the text, for refusals pass through
// Temporal.
func ReadRepresentative(text string) (name, contact string, err error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if name = strings.TrimSpace(lines[0]); name == "" || len(lines) > 2 {
		return "", "", Refuse(RefusedFields,
			"the text is the representative's name, and on the next line how to reach them: two lines at most")
	}
	if len(lines) == 2 {
		contact = strings.TrimSpace(lines[1])
	}
	return name, contact, nil
}

// BothAreWrittenTo returns the last day on which a letter to a representative also goes to
// the one before: so many working days of England and Wales after the change
// (domain.md 6.3).
func BothAreWrittenTo(changedOn clock.Date, h *clock.Holidays) (clock.Date, error) {
	return clock.Deadline{Began: changedOn, Budget: clock.Budget{Days: RepresentativeWDays, Unit: clock.WorkingDays,
		Calendar: clock.EnglandAndWales}}.Due(h)
}

// LengthenedByRepresentative lists the kinds of task that a change of representative gives
// more time: the family's own while its evidence is gathered. The time to answer adverse
// material is given it too. The time to appeal is the law's, and is not [D].
var LengthenedByRepresentative = []TaskKind{TaskQuestionnaire}

// CheckFormer refuses a letter to a former representative on a day on which none is
// written to; nil if one is. Both days are zero where there was no change. owed says that the
// letter went to the new one alone while it was due to both: then it can be sent later too, for
// the family's time and the service wait for it.
func CheckFormer(sentOn, changedOn, until clock.Date, owed bool) *Refusal {
	if !until.IsZero() && !sentOn.Before(changedOn) && (owed || !until.Before(sentOn)) {
		return nil
	}
	if until.IsZero() {
		return Refuse(RefusedNoSubject, "the family has had no other representative who is still written to")
	}
	return Refuse(RefusedNoSubject, fmt.Sprintf("the former representative is written to from %s to %s", changedOn, until))
}
