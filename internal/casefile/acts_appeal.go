package casefile

import (
	"fmt"

	"hame/internal/clock"
)

// The acts on appeals that were lodged, on the remaking of a decision that fell, and on what
// becomes of somebody whose refusal was upheld (rows 11 and 12).
const (
	ActAppealHeard Act = "appeal.heard"
	ActAppealEnded Act = "appeal.ended"
	ActRemake      Act = "decision.remake"

	ActReturnStep  Act = "return.step"
	ActRemains     Act = "return.remains"
	ActOpenWindow  Act = "return.window"
	ActCloseWindow Act = "return.close"
	ActRemoved     Act = "return.removed"
	returnGroup        = "return"

	// onAppeals and onReturns end the refusals of these acts in a stage that does not take them.
	onAppeals = "service appeal records an appeal against a signed refusal; on a closed case it is filed, and a " +
		"senior caseworker has the case reopened"
	onReturns = "a return follows a refusal that is final: departure ask and departure confirm record one in any " +
		"open stage, and case reopen takes a closed case up again"
)

var appealActs = []*ActRule{
	{
		Act: ActAppealHeard, InWords: "records that the tribunal has heard a person's appeal",
		Roles: []Party{Caseworker}, Subject: AboutPerson, From: Service, Until: Service, Day: Reported(FactFirstSigned),
		Instead: onAppeals,
		Slip:    Slip{Until: Service, Follows: "the appeal counts as not heard yet"},
	},
	{
		Act: ActAppealEnded, InWords: "records how a person's appeal ended: allowed, dismissed or withdrawn",
		Roles: []Party{Caseworker}, Subject: AboutPerson, From: Service, Until: Service, Day: Reported(FactFirstSigned),
		Fields:  of[AppealEndedFields],
		Instead: onAppeals,
		Slip:    Slip{Until: Service, Two: true, Follows: "the appeal waits for the tribunal again"},
	},
	{
		Act: ActRemake, InWords: "proposes a new decision for whom the signed one has fallen, or leaves out; a second " +
			"officer agrees",
		Roles: []Party{DecisionMaker, SeniorCaseworker}, Part: PartAuthor, From: Service, Until: Service, Day: Handled,
		Fields: of[ProposeFields], NeedsText: true, KeepsProposal: true,
		TextSays: "why the signed decision does not decide them any more, and the reasons for each whom the new one decides",
		Instead:  "decision propose is for a first decision; on a closed case case reopen comes first",
		Slip:     Slip{Instead: "decision withdraw takes the proposal back before it is signed"},
	},
}

var returnActs = []*ActRule{
	{
		Act: ActReturnStep, InWords: "records a step of the return of somebody who was refused: offer, conference, " +
			"notice, panel",
		Roles: []Party{Caseworker, SeniorCaseworker}, Subject: AboutPerson, From: Service, Until: Service,
		Day: Reported(FactServed), Fields: of[ReturnStepFields],
		Instead: onReturns,
		Slip:    Slip{Until: Service, Follows: "the step counts as not taken"},
	},
	{
		Act: ActRemains, InWords: "records that somebody who was refused remains, for now: their part is carried out",
		Roles: []Party{Caseworker}, Subject: AboutPerson, From: Service, Until: Service, Day: Reported(FactServed),
		Instead: onReturns,
		Slip:    Slip{Until: Service, Follows: "the person's return waits to be settled again"},
	},
	{
		Act: ActOpenWindow, InWords: "names a person's removal window; Hame records it, closes it at any event, and " +
			"removes nobody",
		Roles: []Party{SeniorCaseworker}, Seconds: []Party{SecondOfficer, SeniorCaseworker}, Subject: AboutPerson,
		From: Service, Until: Service, Day: Handled, Fields: of[WindowFields],
		Instead: onReturns,
		Slip:    Slip{Until: Service, Two: true, Follows: "nobody is asked to agree any more"},
	},
	{
		Act: ActCloseWindow, InWords: "closes a person's removal window",
		Roles: []Party{Caseworker, SeniorCaseworker}, Subject: AboutPerson, From: Service, Until: Service, Day: Handled,
		Instead: onReturns,
		Slip:    Slip{Instead: "return window names a new one"},
	},
	{
		Act: ActRemoved, InWords: "confirms, on evidence, that a person was removed within their window",
		Roles: []Party{SeniorCaseworker}, Seconds: []Party{SecondOfficer, SeniorCaseworker}, Subject: AboutPerson,
		From: Service, Until: Service, Day: Reported(FactServed), Fields: of[DepartedFields],
		Instead: onReturns,
		Slip:    Slip{Until: Service, Two: true, Follows: "nobody is asked to agree any more"},
	},
}

// IsReturn reports whether the act is a step of a return: every other act closes an open
// removal window, for something has happened.
func (r *ActRule) IsReturn() bool { return r.Group() == returnGroup }

// The ends of an appeal.
const (
	AppealAllowed   = "allowed"
	AppealDismissed = "dismissed"
	AppealWithdrawn = "withdrawn"
)

// AppealFields says whether the tribunal has given leave to appeal late.
type AppealFields struct {
	Permission string `json:"permission,omitempty" yaml:"permission,omitempty"`
}

// Ask may be told of the tribunal's leave.
func (f AppealFields) Ask() []Field {
	return []Field{{Name: "permission", Given: f.Permission, Codes: codes("asked", "granted"), Optional: true,
		Help: "of an appeal after the last day: whether the tribunal's leave is asked for or granted"}}
}

// Validate checks the code.
func (f AppealFields) Validate() error { return inCodes(f) }

// AppealEndedFields says how an appeal ended.
type AppealEndedFields struct {
	Result string `json:"result" yaml:"result"`
}

// Ask wants the result.
func (f AppealEndedFields) Ask() []Field {
	return []Field{{Name: "result", Given: f.Result, Codes: codes(AppealAllowed, AppealDismissed, AppealWithdrawn),
		Switches: switches(AppealAllowed, "the decision on the person falls and is remade",
			AppealDismissed, "the refusal is upheld", AppealWithdrawn, "the person gives the appeal up, in writing")}}
}

// Validate checks the code.
func (f AppealEndedFields) Validate() error { return inCodes(f) }

// ReturnStepFields says which step of a return was taken.
type ReturnStepFields struct {
	Step string `json:"step" yaml:"step"`
}

// The steps of a return (domain.md 2.3).
const (
	StepOffer      = "offer"
	StepConference = "conference"
	StepNotice     = "notice"
	StepPanel      = "panel"
)

// Ask wants the step.
func (f ReturnStepFields) Ask() []Field {
	return []Field{{Name: "step", Given: f.Step, Codes: codes(StepOffer, StepConference, StepNotice, StepPanel)}}
}

// Validate checks the code.
func (f ReturnStepFields) Validate() error { return inCodes(f) }

// WindowFields is a removal window, and whether the family itself asks for it.
type WindowFields struct {
	OpensOn    clock.Date `json:"opens_on" yaml:"opens_on"`
	ClosesOn   clock.Date `json:"closes_on" yaml:"closes_on"`
	FamilyAsks Answer     `json:"family_asks" yaml:"family_asks"`
}

// Ask wants the days.
func (f WindowFields) Ask() []Field {
	return []Field{
		{Name: "opens_on", Given: f.OpensOn.String(), Such: "2027-02-01"},
		{Name: "closes_on", Given: f.ClosesOn.String(), Such: "2027-02-12"},
		{Name: "family_asks", Given: string(f.FamilyAsks), Codes: codes(Yes, No),
			Help: "yes: the family wants it so, also in a child's exam weeks"},
	}
}

// Validate wants both days, and checks the code.
func (f WindowFields) Validate() error {
	if f.OpensOn.IsZero() {
		return fmt.Errorf("opens_on: name the first day of the window")
	}
	if f.ClosesOn.IsZero() || f.ClosesOn.Before(f.OpensOn) {
		return fmt.Errorf("closes_on: name the last day of the window, which does not come before the first")
	}
	return inCodes(f)
}
