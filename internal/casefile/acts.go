package casefile

import (
	"fmt"
	"slices"
)

// Act is a kind of thing that a person does to a case. Its name is the name of
// the Update that carries it and of the command typed.
type Act string

// The acts of process.md that take a family from its listing to service.
const (
	ActAssign          Act = "case.assign"
	ActReconcile       Act = "case.reconcile"
	ActTriage          Act = "case.triage"
	ActLetterSent      Act = "letter.sent"
	ActContact         Act = "contact.record"
	ActInterview       Act = "interview.record"
	ActEvidence        Act = "evidence.receive"
	ActAssignWelfare   Act = "welfare.assign"
	ActReport          Act = "welfare.report"
	ActSignWelfare     Act = "welfare.sign"
	ActWaive           Act = "welfare.waive"
	ActReceiveLetter   Act = "representation.receive"
	ActDraft           Act = "representation.draft"
	ActDecline         Act = "representation.decline"
	ActCheckDraft      Act = "representation.check"
	ActClear           Act = "representation.clear"
	ActSignLetter      Act = "representation.sign"
	ActSendLetter      Act = "representation.send"
	ActAnswer          Act = "representation.answer"
	ActRequestCheck    Act = "check.request"
	ActRecordCheck     Act = "check.record"
	ActPropose         Act = "decision.propose"
	ActAgree           Act = "decision.agree"
	ActReturn          Act = "decision.return"
	ActRecordService   Act = "service.record"
	ActStatusIssued    Act = "service.status-issued"
	ActNoAppeal        Act = "service.no-appeal"
	ActBacklogStart    Act = "backlog.start"
	ActBacklogPause    Act = "backlog.pause"
	ActBacklogResume   Act = "backlog.resume"
	ActBacklogCapacity Act = "backlog.capacity"

	ActOpen            Act = "case.open"
	ActFlag            Act = "case.flag"
	ActCorrect         Act = "case.correct"
	ActDifference      Act = "case.difference"
	ActRecover         Act = "case.recover"
	ActArrival         Act = "case.arrival"
	ActReceivePost     Act = "post.receive"
	ActLinkPost        Act = "post.link"
	ActReadPost        Act = "post.read"
	ActDismissPost     Act = "post.dismiss"
	ActLetterDelivered Act = "letter.delivered"
	ActLetterReturned  Act = "letter.returned"
	ActConcern         Act = "welfare.concern"
	ActReturnWelfare   Act = "welfare.return"
	ActReturnDraft     Act = "representation.return"
	ActWithdraw        Act = "decision.withdraw"
	ActAppeal          Act = "service.appeal"
	ActDuplicate       Act = "duplicate.resolve"
	ActErase           Act = "text.erase"
	ActHold            Act = "clock.hold"
	ActRelease         Act = "clock.release"
	ActExtend          Act = "clock.extend"
	ActApplyCalendar   Act = "calendar.apply"
	ActLookInto        Act = "case.look-into"
	ActLateArrival     Act = "service.arrival"
)

// Subject says what the N of REF/N means for an act.
type Subject int

// What an act is about.
const (
	// AboutCase takes no N.
	AboutCase Subject = iota
	// AboutPerson needs the person's number.
	AboutPerson
	// AboutPersonOrAll takes a person's number, or none for everybody concerned.
	AboutPersonOrAll
	// AboutRepresentation needs the representation's number.
	AboutRepresentation
	// AboutLane is an act on a lane's backlog and on no case.
	AboutLane
	// AboutDifference needs the number of a difference that an import found.
	AboutDifference
	// AboutRecord is an act on the record itself, which the database does whole,
	// under the login of whoever acts: no review takes it, and no Update carries it.
	AboutRecord
)

// ActRule says who may do an act, and in which open stages. From is the
// earliest stage shown in which it makes sense, Until the last; receiving acts
// are open in all.
type ActRule struct {
	Act         Act
	Roles       []Party
	Subject     Subject
	From, Until Stage
	// Council acts are for an officer of the family's own council only.
	Council bool
	// Part is the part that this act gives its officer on the case. One person
	// plays one part on one case (process.md, Four eyes).
	Part Part
	// Day says whose day the act has: that of its handling, or one attested.
	Day     Day
	InWords string
}

// Part is a person's part in deciding a case, where parts may not meet in one person.
type Part string

// The parts that must be different people on one case.
const (
	NoPart         Part = ""
	PartAuthor     Part = "proposal_author"
	PartSecond     Part = "second_officer"
	PartReporter   Part = "welfare_author"
	PartSigner     Part = "welfare_signer"
	PartWaiver     Part = "waiver_giver"
	PartDrafter    Part = "representation_drafter"
	PartRepChecker Part = "representation_checker"
	PartRepClearer Part = "representation_clearer"
	PartRepSigner  Part = "representation_signer"
)

// ActRules lists the acts in the order of the process.
var ActRules = []ActRule{
	{ActAssign, []Party{SeniorCaseworker}, AboutCase, Listed, Service, false, NoPart, Handled, "gives the case an owner, or names an officer on it"},
	{ActReconcile, []Party{Caseworker}, AboutCase, Listed, Listed, false, NoPart, Reported(FactDrawn), "records that record and paper file were compared"},
	{ActTriage, []Party{Caseworker}, AboutCase, Listed, Listed, false, NoPart, Reported(FactReconciled), "records the triage: screens and priority"},
	{ActLetterSent, []Party{Caseworker}, AboutCase, Listed, Service, false, NoPart, Reported(FactLetterMade), "records that a letter was sent, to whom, how and on which day"},
	{ActContact, []Party{Caseworker}, AboutCase, Listed, Service, false, NoPart, Reported(FactClaim), "records a personal contact with the family or its representative"},
	{ActInterview, []Party{Caseworker, DecisionMaker}, AboutPerson, Listed, Decision, false, NoPart, Reported(FactClaim, FactBirth), "records an interview, and whether adverse material was put"},
	{ActEvidence, []Party{Caseworker}, AboutPersonOrAll, Listed, Service, false, NoPart, Reported(FactClaim, FactBirth, FactAsked), "records what a provider sent"},
	{ActAssignWelfare, []Party{WelfareLead}, AboutPerson, Listed, Decision, true, NoPart, Handled, "assigns a lead professional to a child"},
	{ActReport, []Party{LeadProfessional}, AboutPerson, Listed, Decision, true, PartReporter, Handled, "hands in a child's welfare report"},
	{ActSignWelfare, []Party{WelfareLead}, AboutPerson, Listed, Decision, true, PartSigner, Handled, "signs a child's welfare report"},
	{ActWaive, []Party{SeniorCaseworker}, AboutPerson, Evidence, Decision, false, PartWaiver, Handled, "waives a child's check, after which only a grant may be signed"},
	{ActReceiveLetter, []Party{Caseworker}, AboutCase, Listed, Decision, false, NoPart, Reported(FactClaim), "records a representation that arrived"},
	{ActDraft, []Party{RepresentationDrafter}, AboutCase, Evidence, Decision, false, PartDrafter, Handled, "drafts the minister's representation"},
	{ActDecline, []Party{Minister, PrivateOffice}, AboutCase, Representation, Representation, false, NoPart, Handled, "declines to represent, with a reason"},
	{ActCheckDraft, []Party{RepresentationDrafter}, AboutCase, Evidence, Decision, false, PartRepChecker, Handled, "checks another drafter's representation"},
	{ActClear, []Party{PrivateOffice}, AboutCase, Evidence, Decision, false, PartRepClearer, Handled, "clears the representation for signature"},
	{ActSignLetter, []Party{Minister, PrivateOffice}, AboutCase, Evidence, Decision, false, NoPart, WetSignature(FactCleared), "signs the representation"},
	{ActSendLetter, []Party{PrivateOffice}, AboutCase, Evidence, Decision, false, NoPart, Reported(FactDraftSigned), "sends the signed representation to the Home Office"},
	{ActAnswer, []Party{DecisionMaker}, AboutRepresentation, Listed, Service, false, NoPart, Handled, "answers a representation"},
	{ActRequestCheck, []Party{Caseworker}, AboutPersonOrAll, Decision, Decision, false, NoPart, Reported(FactDecisionOpened), "asks the police for the security checks"},
	{ActRecordCheck, []Party{Caseworker}, AboutPerson, Decision, Decision, false, NoPart, Handled, "records the result of a security check"},
	{ActPropose, []Party{DecisionMaker, SeniorCaseworker}, AboutCase, Decision, Decision, false, PartAuthor, Handled, "proposes an outcome for each person, with reasons"},
	{ActAgree, []Party{SecondOfficer}, AboutCase, Decision, Decision, false, PartSecond, Handled, "agrees to the proposal as second officer"},
	{ActReturn, []Party{SecondOfficer}, AboutCase, Decision, Decision, false, PartSecond, Handled, "returns the proposal to its author"},
	{ActRecordService, []Party{Caseworker}, AboutPersonOrAll, Service, Service, false, NoPart, ReportedWithin(14, FactSigned, FactDecisionSent), "records service of the decision, with proof"},
	{ActStatusIssued, []Party{Caseworker}, AboutPersonOrAll, Service, Service, false, NoPart, Reported(FactSigned, FactServed), "records that the status document reached the person"},
	{ActNoAppeal, []Party{Caseworker}, AboutPerson, Service, Service, false, NoPart, Reported(FactSigned, FactServed), "records that no appeal was found after the window"},
	{ActLateArrival, []Party{SeniorCaseworker}, AboutCase, Service, Service, false, NoPart, Handled, "records that what arrived after the signature was read and changes nothing"},
	{ActBacklogStart, []Party{Operations}, AboutLane, Unlisted, Closed, false, NoPart, Handled, "starts clearing a lane's backlog"},
	{ActBacklogPause, []Party{Operations}, AboutLane, Unlisted, Closed, false, NoPart, Handled, "pauses the listing of families"},
	{ActBacklogResume, []Party{Operations}, AboutLane, Unlisted, Closed, false, NoPart, Handled, "resumes the listing of families"},
	{ActBacklogCapacity, []Party{Operations}, AboutLane, Unlisted, Closed, false, NoPart, Handled, "sets how many families are listed a week"},

	{ActOpen, []Party{SeniorCaseworker}, AboutCase, Listed, Listed, false, NoPart, Handled, "brings a family's listing forward, never back"},
	{ActFlag, []Party{SeniorCaseworker}, AboutPerson, Listed, Service, false, NoPart, Handled, "sets or clears a flag; public harm takes two officers"},
	{ActLookInto, []Party{SeniorCaseworker}, AboutPerson, Listed, Service, false, NoPart, Handled, "records what was found about a referral by the police, or public harm alleged or confirmed"},
	{ActCorrect, []Party{Caseworker}, AboutPersonOrAll, Listed, Service, false, NoPart, Handled, "corrects a fact, with reason and source; the old value is kept"},
	{ActDifference, []Party{Caseworker}, AboutDifference, Listed, Service, false, NoPart, Handled, "accepts or rejects what a later import says otherwise"},
	{ActRecover, []Party{Operations}, AboutCase, Listed, Service, false, NoPart, Handled, "restarts a review from its recorded state, or frees a stuck one"},
	{ActArrival, []Party{SeniorCaseworker}, AboutRecord, Closed, Closed, false, NoPart, Handled, "records that what arrived for a closed case was read and changes nothing"},
	{ActReceivePost, []Party{Caseworker}, AboutCase, Listed, Closed, false, NoPart, Reported(FactClaim), "records an item of post, whether its case is known or not"},
	{ActLinkPost, []Party{Caseworker}, AboutCase, Listed, Closed, false, NoPart, Handled, "links an item of post to its case"},
	{ActReadPost, []Party{Caseworker}, AboutCase, Listed, Closed, false, NoPart, Handled, "records that a linked item of post was read"},
	{ActDismissPost, []Party{Caseworker}, AboutRecord, Unlisted, Closed, false, NoPart, Handled, "dismisses an item of post that belongs to no case"},
	{ActLetterDelivered, []Party{Caseworker}, AboutCase, Listed, Service, false, NoPart, Reported(FactLetterSent), "records that a letter was delivered"},
	{ActLetterReturned, []Party{Caseworker}, AboutCase, Listed, Service, false, NoPart, Reported(FactLetterSent), "records that a letter came back; two from the family stop its clock"},
	{ActConcern, []Party{WelfareLead, LeadProfessional}, AboutPerson, Listed, Service, true, NoPart, Reported(FactClaim, FactBirth), "raises a concern for a child: refusal and removal are held at once"},
	{ActReturnWelfare, []Party{WelfareLead}, AboutPerson, Listed, Decision, true, NoPart, Handled, "returns a child's welfare report to its author"},
	{ActReturnDraft, []Party{RepresentationDrafter, PrivateOffice, Minister}, AboutCase, Evidence, Decision, false, NoPart, Handled, "returns the draft representation to its drafter"},
	{ActWithdraw, []Party{DecisionMaker, SeniorCaseworker}, AboutCase, Decision, Decision, false, NoPart, Handled, "withdraws one's own proposal before it is signed"},
	{ActAppeal, []Party{Caseworker}, AboutPerson, Service, Service, false, NoPart, Reported(FactSigned), "records that a person has appealed: the review waits for the tribunal"},
	{ActDuplicate, []Party{Caseworker, SeniorCaseworker}, AboutRecord, Unlisted, Closed, false, NoPart, Handled, "says whether two files are the same family"},
	{ActHold, []Party{SeniorCaseworker}, AboutPersonOrAll, Listed, Service, false, NoPart, Reported(FactDrawn), "holds a case on a ground, until a day of review: refusal and removal wait, and the clocks that the ground stops"},
	{ActRelease, []Party{SeniorCaseworker}, AboutPersonOrAll, Listed, Service, false, NoPart, Reported(FactHoldBegan), "ends a hold: each clock that it stopped goes on with what was left"},
	{ActExtend, []Party{SeniorCaseworker}, AboutPersonOrAll, Listed, Service, false, NoPart, Handled, "decides on a request for more time, or withdraws what was given"},
	{ActApplyCalendar, []Party{Operations}, AboutRecord, Unlisted, Closed, false, NoPart, Handled, "puts a version of the published holidays in force, and moves every deadline that depends on a changed day"},
	{ActErase, []Party{Operations}, AboutRecord, Unlisted, Closed, false, NoPart, Handled, "asks that the text of an act be erased, for a reason; another officer's same command erases it"},
}

// Rule returns the rule of an act, and whether there is such an act.
func (a Act) Rule() (ActRule, bool) {
	for _, r := range ActRules {
		if r.Act == a {
			return r, true
		}
	}
	return ActRule{}, false
}

// OnCase reports whether the act is one on a case's review, which its workflow
// takes as an Update.
func (r ActRule) OnCase() bool { return r.Subject != AboutLane && r.Subject != AboutRecord }

// Places says what a row of the act may be about: a case, a lane's backlog, or the
// office that does it. The mailroom receives what belongs to no case yet.
func (r ActRule) Places() []string {
	switch {
	case r.Subject == AboutLane:
		return []string{"lane"}
	case r.Act == ActReceivePost:
		return []string{"case", "mailroom"}
	case r.Act == ActDismissPost:
		return []string{"mailroom"}
	case r.Act == ActApplyCalendar:
		return []string{"calendar"}
	case r.Act == ActErase: // any of them may have a text
		return []string{"case", "lane", "mailroom", "calendar"}
	}
	return []string{"case"}
}

// MayBeDoneBy reports whether one of the roles held may do the act.
func (r ActRule) MayBeDoneBy(held []Party) bool {
	return slices.ContainsFunc(r.Roles, func(p Party) bool { return slices.Contains(held, p) })
}

// Allowed reports whether the review's state lets an act be tried at all. It is
// the first look, made before anything is written to history; the activity that
// records the act looks again at the facts. The error is a [Refusal].
func (r Review) Allowed(a Act) error {
	rule, ok := a.Rule()
	switch {
	case !ok || !rule.OnCase():
		return Refuse(RefusedUnknownAct, fmt.Sprintf("%q is no act on a case", a))
	case a.Receives() && !r.Stage.Before(rule.From):
		return nil
	case a == ActRecover && r.Stage != Closed:
		return nil
	case r.Stuck != "":
		return Refuse(RefusedStuck, "the review is stuck and waits for operations")
	case r.Stage == Closed:
		return Refuse(RefusedClosed, "the case is closed")
	case r.Stage.Before(rule.From):
		return Refuse(RefusedTooEarly, fmt.Sprintf("the case is at %s; %s belongs to %s or later", r.Stage, a, rule.From))
	case rule.Until.Before(r.Stage):
		return Refuse(RefusedTooLate, fmt.Sprintf("the case is at %s; %s belongs to %s or earlier", r.Stage, a, rule.Until))
	case r.Signed && rule.Until == Decision:
		return Refuse(RefusedSigned, "the decision is signed")
	}
	return nil
}

// Wire is the name under which an act travels through Temporal, which is never
// encrypted. A concern for a child, and what is looked into of an alleged crime, go
// under neutral ones: what stands in Temporal must not tell why a case is held, nor
// what somebody is said to have done (process.md, invariant 5).
func (a Act) Wire() Act {
	switch a {
	case ActConcern:
		return "case.hold"
	case ActLookInto:
		return "case.review"
	}
	return a
}

// Receives reports whether an act records something that arrived. Receiving
// never fails: for an unlisted family it opens the review, a stuck one takes it
// too, and with a closed one it is filed.
func (a Act) Receives() bool {
	switch a {
	case ActEvidence, ActReceiveLetter, ActContact, ActReceivePost, ActLinkPost, ActReadPost, ActConcern, ActLetterDelivered, ActLetterReturned:
		return true
	}
	return false
}

// OpensReview reports whether the act opens the review of an unlisted family:
// whatever arrives for it, and what a caseworker has found out about it
// (process.md, Stages).
func (a Act) OpensReview() bool {
	switch a {
	case ActOpen, ActCorrect, ActFlag, ActDifference:
		return true
	case ActLetterDelivered, ActLetterReturned:
		return false // nobody has written to an unlisted family
	}
	return a.Receives()
}

// IsFiled reports whether the act, on a closed case, is recorded and opens a
// task for a senior caseworker, who can have the case reopened.
func (a Act) IsFiled() bool { return a.Receives() || a == ActAppeal || a == ActCorrect }

// Many reports whether one officer may do the act on a list of cases with one
// command: what is the same for each of them. What decides or judges is done on
// one case at a time, for no batch decides (R3).
func (a Act) Many() bool {
	switch a {
	case ActAssign, ActLetterSent, ActLetterDelivered, ActContact, ActEvidence, ActRequestCheck, ActReceiveLetter, ActDraft, ActDecline,
		ActCheckDraft, ActClear, ActSignLetter, ActSendLetter, ActRecordService, ActStatusIssued:
		return true
	}
	return false
}
