package casefile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Act is a kind of thing that a person does to a case. Its name is the name of
// the Update that carries it and of the command typed.
type Act string

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
	// AboutLetter needs the number of a letter, as letter list shows it.
	AboutLetter
	// AboutRepresentation needs the representation's number.
	AboutRepresentation
	// AboutDifference needs the number of a difference that an import found.
	AboutDifference
	// AboutRequest needs the number of a request that waits for a second officer.
	AboutRequest
	// AboutLane is an act on a lane's backlog and on no case.
	AboutLane
	// AboutRecord is an act on the record itself. The database does it whole, under the
	// login of the officer who types it: no review takes it, and no Update carries it.
	AboutRecord
)

// IsPerson reports whether the number is a person's.
func (s Subject) IsPerson() bool { return s == AboutPerson || s == AboutPersonOrAll }

// CheckSubject refuses a REF/N that is not what the act is about; n is 0 if no N was
// typed. Whether the case has a person, a letter or another thing of that number is
// for the caller to look up: [ActRule.MissingSubject] says what it has not.
func (r *ActRule) CheckSubject(ref string, n int) *Refusal {
	needs := ""
	switch r.Subject {
	case AboutPersonOrAll:
		return nil
	case AboutPerson:
		needs = fmt.Sprintf("%s is about one person: name them as in %s/2", r.Act, ref)
	case AboutLetter:
		needs = fmt.Sprintf("%s is about one letter: name the letter as letter list does, as in %s/1", r.Act, ref)
	case AboutRepresentation:
		needs = fmt.Sprintf("%s is about one representation: name it by its number, as case show lists it", r.Act)
	case AboutRequest:
		needs = fmt.Sprintf("%s is about one request: name it by its number, as case show lists it", r.Act)
	case AboutDifference:
		needs = fmt.Sprintf("%s is about one difference: name it by its number, as case show lists it", r.Act)
	default:
		if n != 0 {
			return Refuse(RefusedNoSubject, fmt.Sprintf("%s is about the whole case: leave out the /%d", r.Act, n))
		}
		return nil
	}
	if n == 0 {
		return Refuse(RefusedNoSubject, needs)
	}
	return nil
}

// MissingSubject is the refusal of an act about something that the case has not.
func (r *ActRule) MissingSubject(n int) *Refusal {
	words := "this act is about the whole case"
	switch r.Subject {
	case AboutPerson, AboutPersonOrAll:
		words = fmt.Sprintf("the family has no person %d", n)
	case AboutLetter:
		words = fmt.Sprintf("the case has no letter %d: letter show lists them", n)
	case AboutRepresentation:
		words = fmt.Sprintf("the case has no representation %d: case show lists them", n)
	case AboutRequest:
		words = fmt.Sprintf("no request %d waits for a second officer: case show lists those that do", n)
	case AboutDifference:
		words = fmt.Sprintf("no difference %d waits: case show lists those that do", n)
	}
	return Refuse(RefusedNoSubject, words)
}

// Place is what a row of an act belongs to: its chain is the place's.
type Place string

// The places. The mailroom has what belongs to no case yet, the backlog what is done to an
// import as a whole.
const (
	PlaceCase     Place = "case"
	PlaceLane     Place = "lane"
	PlaceMailroom Place = "mailroom"
	PlaceCalendar Place = "calendar"
	PlaceBacklog  Place = "backlog"
)

// Neutral is a name and words under which an act travels through Temporal, which never
// encrypts them. What stands in Temporal must not tell why a case is held, nor what
// somebody is said to have done (docs/process.md, invariant 5).
type Neutral struct {
	Act     Act
	InWords string
}

// Parts lists the parts.
var Parts = []Part{PartAuthor, PartSecond, PartReporter, PartSigner, PartWaiver, PartDrafter, PartRepChecker,
	PartRepClearer, PartRepSigner}

// Role is the role in which somebody plays the part: in it they see a restricted case.
func (p Part) Role() Party {
	switch p {
	case PartAuthor:
		return DecisionMaker
	case PartSecond:
		return SecondOfficer
	case PartReporter:
		return LeadProfessional
	case PartSigner:
		return WelfareLead
	case PartWaiver:
		return SeniorCaseworker
	case PartRepClearer:
		return PrivateOffice
	case PartRepSigner:
		return Minister
	}
	return RepresentationDrafter
}

// ActRule describes an act: all that is the same for everybody who meets it. The
// command line, the forms, the checks of a review, the roles in the database and the
// reference are made from it. Beside it an act has a handler in activities.
type ActRule struct {
	Act     Act
	InWords string
	// Roles may do the act; Council says that the officer must be of the family's own
	// council.
	Roles   []Party
	Council bool
	// NewCouncil says of a council's act that the officer must be of the council that the
	// family moves to, and not of its own.
	NewCouncil bool
	// Part is the part that the act gives its officer on the case. One person plays one
	// part on one case (docs/process.md, Four eyes).
	Part    Part
	Subject Subject
	// From is the earliest stage shown in which the act makes sense, Until the last.
	From, Until Stage
	// Day says whose day the act has: that of its handling, or one attested.
	Day Day
	// Fields makes an empty set of the coded fields; nil if the act has none.
	Fields func() Fields
	// NeedsText says that the act is nothing without its free text.
	NeedsText bool
	// TextSays is what the text must contain, in a line that the form shows above it; empty where
	// the act's name says it.
	TextSays string
	// Receives says that the act records something that arrived. Receiving never fails:
	// for an unlisted family it opens the review, a stuck review takes it, and a closed
	// case files it.
	Receives bool
	// OpensReview says that the act opens the review of an unlisted family: what arrives
	// for it, and what a caseworker has found out about it (docs/process.md, Stages).
	OpensReview bool
	// Filed says that on a closed case the act is recorded, and opens a task for a senior
	// caseworker, who can have the case reopened.
	Filed bool
	// Many says that one officer may do the act on a list of cases with one command. What
	// decides or judges is done on one case at a time, for no batch decides (R3).
	Many bool
	// Confirm says that the act may be asked back although it is attested for no day: it
	// looks like one recorded already, or loses somebody's work.
	Confirm bool
	// KeepsProposal says that the act does not make an open proposal stale.
	KeepsProposal bool
	// Neutral is the name under which the act travels, if its own must not be seen.
	Neutral Neutral
	// Seconds may agree to the act as second officer, for an act that takes two: its author
	// asks for it, and it is done when another person agrees ([ActConfirm]). Empty for an act
	// that its author does alone.
	Seconds []Party
	// Instead is what can be done where the case is not in a stage of the act: in words that
	// end its refusal.
	Instead string
	// Slip says what becomes of an act of this kind that was entered by mistake.
	Slip Slip
	// Places are what a row of the act may belong to; by default a case, or a lane for an
	// act on one.
	Places []Place
}

// of makes an empty set of coded fields, to decode into.
func of[T any, F interface {
	*T
	Fields
}]() Fields {
	return F(new(T))
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
var ActRules = slices.Concat(caseActs, letterActs, evidenceActs, welfareActs, representationActs, decisionActs,
	serviceActs, appealActs, returnActs, personActs, splitActs, mergeActs, traceActs, clockActs, courtActs,
	representativeActs, moveActs, submissionsActs, recordActs, slipActs)

var ruleOf = func() map[Act]*ActRule {
	rules := make(map[Act]*ActRule, len(ActRules))
	for _, r := range ActRules {
		if r.Places == nil {
			r.Places = []Place{PlaceCase}
			if r.Subject == AboutLane {
				r.Places = []Place{PlaceLane}
			}
		}
		rules[r.Act] = r
	}
	return rules
}()

// Known reports whether there is such an act.
func (a Act) Known() bool { return ruleOf[a] != nil }

// Rule returns the description of an act. Of a name that is no act it is one that no
// role may do, and that is on nothing.
func (a Act) Rule() *ActRule {
	if r := ruleOf[a]; r != nil {
		return r
	}
	return &ActRule{Act: a, Subject: AboutRecord}
}

// OnCase reports whether the act is one on a case's review, which its workflow takes
// as an Update.
func (r *ActRule) OnCase() bool { return r.Subject != AboutLane && r.Subject != AboutRecord }

// Group is the first word of the act's name, and of its command: letter of letter.sent.
func (r *ActRule) Group() string {
	group, _, _ := strings.Cut(string(r.Act), ".")
	return group
}

// Verb is the rest of the act's name, and of its command: sent of letter.sent.
func (r *ActRule) Verb() string {
	_, verb, _ := strings.Cut(string(r.Act), ".")
	return verb
}

// Wire is the name under which the act travels through Temporal.
func (r *ActRule) Wire() Act {
	if r.Neutral.Act != "" {
		return r.Neutral.Act
	}
	return r.Act
}

// WireWords describes the act where it travels.
func (r *ActRule) WireWords() string {
	if r.Neutral.InWords != "" {
		return r.Neutral.InWords
	}
	return r.InWords
}

// AskedBack reports whether the act may be asked back, and so takes a confirmation:
// one attested for a far day, or one that says so ([ActRule.Confirm]).
func (r *ActRule) AskedBack() bool { return r.Day.TakesDay() || r.Confirm }

// MayBeDoneBy reports whether one of the roles held may do the act.
func (r *ActRule) MayBeDoneBy(held []Party) bool {
	return slices.ContainsFunc(r.Roles, func(p Party) bool { return slices.Contains(held, p) })
}

// whileArchived reports whether the act makes sense for a family that nobody has found.
func (r *ActRule) whileArchived() bool {
	return r.Act == ActRecover || r.Act == ActAssign || r.endsWhatOutlasts() || r.Receives || r.OpensReview ||
		r.Group() == traceGroup
}

// endsWhatOutlasts reports whether the act ends a task that stays when nobody is there to
// decide about, or when the family is archived: else nobody could end it.
func (r *ActRule) endsWhatOutlasts() bool {
	return slices.ContainsFunc(outlasting, func(k TaskKind) bool { return slices.Contains(k.EndedBy(), r.Act) })
}

// instead ends a refusal with what can be done, if the act says so.
func (r *ActRule) instead() string {
	if r.Instead == "" {
		return ""
	}
	return ": " + r.Instead
}

// TakesTwo reports whether the act is done only when a second officer agrees.
func (r *ActRule) TakesTwo() bool { return len(r.Seconds) > 0 }

// Allowed reports whether the review's state lets an act be tried at all. It is
// the first look, made before anything is written to history; the activity that
// records the act looks again at the facts. The error is a [Refusal].
func (f Facts) Allowed(a Act) error {
	rule := a.Rule()
	switch {
	case !rule.OnCase():
		return Refuse(RefusedUnknownAct, fmt.Sprintf("%q is no act on a case", a))
	case rule.Receives && !f.Stage.Before(rule.From):
		return nil
	case a == ActRecover && f.Stage != Closed:
		return nil
	case f.Stuck != "":
		return Refuse(RefusedStuck, "the review is stuck and waits for operations")
	case f.Stage == Closed && rule.Until != Closed:
		return Refuse(RefusedClosed, "the case is closed: "+cmp.Or(rule.Instead,
			"what comes for it is recorded with post receive, and a senior caseworker reads it"))
	case f.Archived && !rule.whileArchived():
		return Refuse(RefusedBlocked, "the family is archived untraced: trace found takes the review up again")
	case f.Over && rule.Until != Closed && !rule.Receives && a != ActRecover && !rule.endsWhatOutlasts():
		return Refuse(RefusedClosed, "nobody of the family is left to decide about: the case is being closed")
	case f.Stage.Before(rule.From):
		words := fmt.Sprintf("the case is at %s; %s belongs to %s or later", f.Stage, a, rule.From)
		return Refuse(RefusedTooEarly, words+rule.instead())
	case rule.Until.Before(f.Stage):
		return Refuse(RefusedTooLate,
			fmt.Sprintf("the case is at %s; %s belongs to %s or earlier%s", f.Stage, a, rule.Until, rule.instead()))
	case f.Signed && (rule.Until == Decision || (rule.From == Decision && f.Stage == Decision)):
		return Refuse(RefusedSigned, "the decision is signed")
	}
	return nil
}
