// Package practice is one diligent office, for tests, the demo, the bench and the
// recorder of histories: its staff, a family, and what a good officer does about each
// kind of open task. It says what is done; whether and when is for its callers.
package practice

import (
	"slices"

	"hame/internal/casefile"
	"hame/internal/clock"
)

// Deed is one act of one person.
type Deed struct {
	Login string
	Act   casefile.Act
	// Subject is the number of whom or what the act is about; of a letter its number in
	// a case where none came back.
	Subject int
	// Fields makes the coded fields on the file as it stands; nil for none.
	Fields func(File) casefile.Fields
	Text   string
}

// The kinds of letter.
const (
	Opening  = "opening"
	Decision = "decision"
)

// letterNumbers are the numbers that letters have in a case where none came back.
var letterNumbers = map[string]int{Opening: 1, Decision: 2}

// On makes the deed's coded fields on a file as it stands; nil for none.
func (d Deed) On(f File) casefile.Fields {
	if d.Fields == nil {
		return nil
	}
	return d.Fields(f)
}

// Change is a deed whose fields, which are an F, are changed before it is done.
func Change[F casefile.Fields](d Deed, change func(F)) Deed {
	fields := d.Fields
	d.Fields = func(f File) casefile.Fields {
		of := fields(f).(F)
		change(of)
		return of
	}
	return d
}

// File is what an officer has before them.
type File struct {
	Revision int
	People   []int // by their numbers; those of Family unless given
	Evidence []int // the numbers that a reason may cite
	Today    clock.Date
}

// Manner is how a case is worked on: by whom, and to which end. The zero value is
// that of [Family]: Glasgow's officers grant it, and the minister declines.
type Manner struct {
	Officers     Officers // Glasgow's unless given
	Refuse       bool     // every person is refused; else granted
	Represent    bool     // the minister represents; else declines
	Alone        bool     // nobody represents the family
	Interviewees []int    // whom a refusal interviews; the adults of Family unless given
}

// Answer is what the office does about an open task. Nobody can do anything about an
// appeal window or a hold, or about post and flags before they have looked: for
// those it is empty.
func (m Manner) Answer(t casefile.Task) []Deed {
	o := m.officers()
	owns := func(act casefile.Act, subject int, fields casefile.Fields) []Deed {
		return []Deed{{Login: o.Caseworker, Act: act, Subject: subject, Fields: made(fields)}}
	}
	switch t.Kind {
	case casefile.TaskAllocate:
		return []Deed{{Login: o.Senior, Act: casefile.ActAssign, Fields: made(&casefile.AssignFields{To: o.Caseworker})}}
	case casefile.TaskReconcile:
		return owns(casefile.ActReconcile, 0, &casefile.ReconcileFields{PaperFile: "found", Record: "agrees"})
	case casefile.TaskTriage:
		return owns(casefile.ActTriage, 0, &casefile.TriageFields{Priority: 3, PublicHarmScreen: "clear",
			FamilyILR: casefile.No, SevenYears: casefile.Unknown, Vulnerable: casefile.Unknown})
	case casefile.TaskOpeningLetter:
		return m.Letters(Opening, "post")
	case casefile.TaskContact, casefile.TaskTell:
		return owns(casefile.ActContact, 0, &casefile.ContactFields{How: "visit"})
	case casefile.TaskLateArrival:
		return []Deed{{Login: o.Senior, Act: casefile.ActLateArrival,
			Fields: made(&casefile.ArrivalFields{Finding: "no_change"})}}
	case casefile.TaskReferral:
		return []Deed{{Login: o.Senior, Act: casefile.ActLookInto, Subject: t.Subject,
			Fields: made(&casefile.LookIntoFields{Finding: "no_concern"}), Text: Text + ": what was found."}}
	case casefile.TaskDifference:
		return owns(casefile.ActDifference, t.Subject, &casefile.DifferenceFields{Finding: "accepted"})
	case casefile.TaskAssignWelfare:
		return []Deed{{Login: o.WelfareLead, Act: casefile.ActAssignWelfare, Subject: t.Subject,
			Fields: made(&casefile.AssignReportFields{To: o.LeadProfessional})}}
	case casefile.TaskReport:
		return []Deed{{Login: o.LeadProfessional, Act: casefile.ActReport, Subject: t.Subject,
			Fields: made(Report()), Text: Text + ": what the child said."}}
	case casefile.TaskSignWelfare:
		return []Deed{{Login: o.WelfareLead, Act: casefile.ActSignWelfare, Subject: t.Subject}}
	case casefile.TaskWindow:
		return m.useWindow()
	case casefile.TaskAnswer:
		return []Deed{{Login: o.DecisionMaker, Act: casefile.ActAnswer, Subject: t.Subject,
			Fields: made(&casefile.AnswerFields{Answer: "accepted"}), Text: Text + ": the answer."}}
	case casefile.TaskRequestCheck:
		return owns(casefile.ActRequestCheck, 0, nil)
	case casefile.TaskCheck:
		return []Deed{{Login: o.Caseworker, Act: casefile.ActRecordCheck, Subject: t.Subject,
			Fields: func(f File) casefile.Fields { return &casefile.CheckFields{Result: "clear", DoneOn: f.Today} }}}
	case casefile.TaskPropose:
		return m.propose()
	case casefile.TaskAgree:
		return []Deed{{Login: o.SecondOfficer, Act: casefile.ActAgree, Fields: func(f File) casefile.Fields {
			return &casefile.AgreeFields{Revision: f.Revision, Reasons: Findings(nil)}
		}}}
	case casefile.TaskServe:
		return append(m.Letters(Decision, "recorded_delivery"), owns(casefile.ActRecordService, 0, Served())...)
	case casefile.TaskStatus:
		return owns(casefile.ActStatusIssued, 0, nil)
	case casefile.TaskConfirm:
		return []Deed{{Login: o.SecondOfficer, Act: casefile.ActConfirm, Subject: t.Subject,
			Fields: made(&casefile.ConfirmFields{Finding: casefile.RequestAgreed})}}
	case casefile.TaskHearWithdrawal:
		with := "present"
		if m.Alone {
			with = "none"
		}
		return []Deed{{Login: o.Caseworker, Act: casefile.ActHearWithdrawal, Subject: t.Subject, Text: Text + ": what was said.",
			Fields: made(&casefile.HearFields{Representative: with, Means: casefile.Yes})}}
	case casefile.TaskSettleWithdrawal:
		return []Deed{{Login: o.Caseworker, Act: casefile.ActConfirmWithdrawal, Subject: t.Subject,
			Text:   Text + ": each child was considered.",
			Fields: made(&casefile.ConfirmWithdrawalFields{Children: casefile.ChildrenConsidered})}}
	case casefile.TaskReturn:
		return owns(casefile.ActRemains, t.Subject, nil)
	case casefile.TaskNoAppeal:
		return owns(casefile.ActNoAppeal, t.Subject, nil)
	}
	if provider, ok := asked[t.Kind]; ok {
		return owns(casefile.ActEvidence, t.Subject, &casefile.EvidenceFields{Provider: provider, Result: "complete",
			Kinds: slices.Clone(shows[provider])})
	}
	return nil
}

// asked is whose evidence each task waits for.
var asked = map[casefile.TaskKind]casefile.Provider{
	casefile.TaskQuestionnaire: casefile.ProviderQuestionnaire,
	casefile.TaskSchool:        casefile.ProviderSchool,
	casefile.TaskGP:            casefile.ProviderGP,
	casefile.TaskSocialWork:    casefile.ProviderSocialWork,
	casefile.TaskReporter:      casefile.ProviderReporter,
	casefile.TaskHousing:       casefile.ProviderHousing,
	casefile.TaskCommunity:     casefile.ProviderCommunity,
}

// shows is what a good officer finds in the evidence of those who know a family's life.
var shows = map[casefile.Provider][]casefile.LifeKind{
	casefile.ProviderSchool:    {casefile.LifeSchool},
	casefile.ProviderCommunity: {casefile.LifeFriends},
}

// IsEvidence tells whether a task waits for a provider's evidence.
func IsEvidence(kind casefile.TaskKind) bool { return asked[kind] != "" }

func (m Manner) officers() Officers {
	if m.Officers == (Officers{}) {
		return GlasgowOfficers
	}
	return m.Officers
}

// Letters sends a letter to the family, and to its representative if it has one.
func (m Manner) Letters(kind, by string) []Deed {
	send := func(to, by string) Deed {
		return Deed{Login: m.officers().Caseworker, Act: casefile.ActLetterSent, Subject: letterNumbers[kind],
			Fields: made(&casefile.LetterFields{To: to, By: by})}
	}
	if m.Alone {
		return []Deed{send("family", by)}
	}
	return []Deed{send("family", by), send("representative", "email")}
}

// useWindow represents the family, step by step through the minister's office, or
// declines to.
func (m Manner) useWindow() []Deed {
	o := m.officers()
	if !m.Represent {
		return []Deed{{Login: o.PrivateOffice, Act: casefile.ActDecline,
			Fields: made(&casefile.DeclineFields{Reason: "no_agreement"})}}
	}
	return append(m.Draft(),
		Deed{Login: o.PrivateOffice, Act: casefile.ActClear},
		Deed{Login: o.Minister, Act: casefile.ActSignLetter},
		Deed{Login: o.PrivateOffice, Act: casefile.ActSendLetter})
}

// Draft drafts a representation, and has a second person check it.
func (m Manner) Draft() []Deed {
	o := m.officers()
	return []Deed{
		{Login: o.Drafter, Act: casefile.ActDraft,
			Text: Text + ": the minister asks that the children's lives here be weighed."},
		{Login: o.Checker, Act: casefile.ActCheckDraft},
	}
}

// propose grants, or does first what no refusal may be without.
func (m Manner) propose() []Deed {
	if m.Refuse {
		return append(m.PrepareRefusal(), m.Propose(casefile.RefusedUpheld))
	}
	return []Deed{m.Propose(casefile.GrantILR)}
}

// Propose proposes one outcome for each person of the family.
func (m Manner) Propose(outcome casefile.Outcome) Deed {
	return Deed{Login: m.officers().DecisionMaker, Act: casefile.ActPropose, Text: Text + ": the reasons.",
		Fields: func(f File) casefile.Fields { return Proposal(f, outcome) }}
}

// PrepareRefusal is what no refusal may be without: interviews, and attempts to reach
// the family.
func (m Manner) PrepareRefusal() []Deed {
	o, interviewees := m.officers(), m.Interviewees
	if interviewees == nil {
		interviewees = []int{1, 2}
	}
	var deeds []Deed
	for _, person := range interviewees {
		deeds = append(deeds, Deed{Login: o.DecisionMaker, Act: casefile.ActInterview, Subject: person,
			Fields: made(&casefile.InterviewFields{Adverse: "none"})})
	}
	for _, how := range []string{"phone", "representative"} {
		deeds = append(deeds, Deed{Login: o.Caseworker, Act: casefile.ActContact,
			Fields: made(&casefile.ContactFields{How: how})})
	}
	return deeds
}

// Proposal proposes one outcome for each person of the family. A refusal cites the
// first of the evidence.
func Proposal(f File, outcome casefile.Outcome) *casefile.ProposeFields {
	p, people := &casefile.ProposeFields{Revision: f.Revision}, f.People
	if people == nil {
		people = []int{1, 2, 3}
	}
	for _, no := range people {
		p.Outcomes = append(p.Outcomes, casefile.ProposedOutcome{Person: no, Outcome: outcome})
	}
	var against []int
	if !outcome.IsGrant() && len(f.Evidence) > 0 {
		against = f.Evidence[:1]
	}
	p.Reasons = Findings(against)
	return p
}

// Findings are neutral under each of the eight factors but connections: there for the
// family, or where evidence is given against it, which that finding cites.
func Findings(against []int) []casefile.Reason {
	var reasons []casefile.Reason
	for _, factor := range casefile.Factors {
		r := casefile.Reason{Factor: factor, Finding: casefile.FindingNeutral}
		if factor == casefile.FactorConnections {
			r.Finding, r.Evidence = casefile.FindingFor, against
			if against != nil {
				r.Finding = casefile.FindingAgainst
			}
		}
		reasons = append(reasons, r)
	}
	return reasons
}

// Report is a report on a child whose interests are to remain.
func Report() *casefile.ReportFields {
	f := &casefile.ReportFields{Views: "obtained", Indicators: map[string]string{}, BestInterest: "remain"}
	for _, i := range casefile.Indicators {
		f.Indicators[i] = "strength"
	}
	return f
}

// Served is how a decision is served: by recorded delivery, with the tracking as proof.
func Served() *casefile.ServiceFields {
	return &casefile.ServiceFields{How: "recorded_delivery", Proof: "tracking"}
}

// made are fields that do not depend on the file.
func made(f casefile.Fields) func(File) casefile.Fields {
	if f == nil {
		return nil
	}
	return func(File) casefile.Fields { return f }
}
