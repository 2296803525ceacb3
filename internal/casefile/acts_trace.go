package casefile

import (
	"fmt"
	"slices"
	"strings"

	"hame/internal/clock"
)

// The acts on a family with whom contact was lost (row 3b).
const (
	ActLost      Act = "trace.begin"
	ActTraceStep Act = "trace.step"
	ActArchive   Act = "trace.archive"
	ActFound     Act = "trace.found"
	traceGroup       = "trace"
)

// onTracing ends the refusals of steps of a tracing where there is none.
const onTracing = "trace begin records that contact is lost, and opens the review of an unlisted family; case reopen " +
	"takes a closed case up again when somebody is found"

var traceActs = []*ActRule{
	{
		Act: ActLost, InWords: "records that contact with a family is lost: it is traced, and nothing is found against it",
		Roles: []Party{Caseworker}, From: Listed, Until: Service, Day: Reported(FactDrawn),
		Fields: of[LostFields], OpensReview: true, Instead: onClosed,
		Slip: Slip{Until: Service, Follows: "contact counts as never lost"},
	},
	{
		Act: ActTraceStep, InWords: "records a step to find the family, and what came of it",
		Roles: []Party{Caseworker}, From: Listed, Until: Service, Day: Reported(FactDrawn),
		Fields: of[TraceStepFields], NeedsText: true,
		TextSays: "whom you asked and how, and what they said; of school and health service only that the letter was " +
			"left with them",
		Instead: onTracing,
		Slip:    Slip{Until: Service, Follows: "the step counts as not taken"},
	},
	{
		Act: ActArchive, InWords: "archives a family that six months of tracing have not found: no outcome, and traced " +
			"again every six months",
		Roles: []Party{Caseworker, SeniorCaseworker}, Seconds: []Party{SeniorCaseworker, SecondOfficer},
		From: Listed, Until: Service, Day: Handled,
		Instead: onTracing,
		Slip:    Slip{Until: Service, Two: true, Follows: "nobody is asked to agree any more"},
	},
	{
		Act: ActFound, InWords: "records that a family was found: what was asked is asked again",
		Roles: []Party{Caseworker}, From: Listed, Until: Service, Day: Reported(FactDrawn),
		Fields:  of[FoundFields],
		Instead: onTracing,
		Slip:    Slip{Until: Service, Follows: "the family counts as lost again"},
	},
}

// LostFields says why contact counts as lost.
type LostFields struct {
	Reason string `json:"reason" yaml:"reason"`
}

// Ask wants the reason.
func (f LostFields) Ask() []Field {
	return []Field{{Name: "reason", Given: f.Reason, Codes: codes("mail_returned", "not_at_address", "no_answer")}}
}

// Validate checks the code.
func (f LostFields) Validate() error { return inCodes(f) }

// TraceSteps lists the steps to find a family. Each is taken before it is archived.
// School, health service and welfare professional are asked to pass on a letter, never to give
// an address (row 3b).
var TraceSteps = []string{"address_letter", "representative", "school_letter", "health_letter", "support_provider",
	"police_leads", "mp", "watch_list"}

// passesOn are the steps that only pass a letter on.
var passesOn = []string{"school_letter", "health_letter"}

// TraceStepFields says which step was taken, and what came of it.
type TraceStepFields struct {
	Step   string `json:"step" yaml:"step"`
	Result string `json:"result" yaml:"result"`
}

// Ask wants the step and the result.
func (f TraceStepFields) Ask() []Field {
	return []Field{
		{Name: "step", Given: f.Step, Codes: TraceSteps},
		{Name: "result", Given: f.Result, Codes: codes("nothing", "lead", "passed_on"),
			Help: "a lead is followed before the family is archived; school and health only pass a letter on"},
	}
}

// Validate checks the codes, and that whom a letter was left with is not asked for an address.
func (f TraceStepFields) Validate() error {
	if err := inCodes(f); err != nil {
		return err
	}
	if slices.Contains(passesOn, f.Step) && f.Result == "lead" {
		return fmt.Errorf("result: school and health pass a letter on and are not asked for an address: passed_on or nothing")
	}
	return nil
}

// FoundFields says how a family was found.
type FoundFields struct {
	How string `json:"how" yaml:"how"`
}

// Ask wants how.
func (f FoundFields) Ask() []Field {
	return []Field{{Name: "how", Given: f.How, Codes: codes("family_wrote", "representative", "lead", "visit", "other")}}
}

// Validate checks the code.
func (f FoundFields) Validate() error { return inCodes(f) }

// TracingDays is how long a family is traced before it can be archived: six months of checks
// was the stated rule [S18].
const TracingDays = 183

// CheckArchive refuses to archive a family that was not traced long enough, or not by every
// step on the list (C3); nil if it may be archived. It is no outcome on any day (C4).
func CheckArchive(began, today clock.Date, taken []string) *Refusal {
	if today.Before(began.AddDays(TracingDays)) {
		return Refuse(RefusedTooEarly, fmt.Sprintf("the family is traced since %s: it can be archived from %s",
			began, began.AddDays(TracingDays)))
	}
	var missing []string
	for _, step := range TraceSteps {
		if !slices.Contains(taken, step) {
			missing = append(missing, step)
		}
	}
	if len(missing) > 0 {
		return Refuse(RefusedTooEarly, "not every step to find the family was taken: "+strings.Join(missing, ", "))
	}
	return nil
}
